"""Words with a meaning to the matcher, and model names that are ordinary words."""

from __future__ import annotations

# A model of this name counts only with its make in the text: a "front edge" is no Ford.
COMMON_MODELS = frozenset(["acadia", "accent", "acclaim", "accord", "aerio", "air", "allure", "ambassador", "amigo", "aries", "armada", "ascender", "ascent", "aspen", "aspire", "aspen", "astra", "astro", "atlas", "aura", "aurora", "avalanche", "avenger", "axiom", "barracuda", "beetle", "blazer", "bobcat", "bolt", "boxster", "bravada", "breeze", "bronco", "brougham", "bug", "cabrio", "cabriolet", "caliber", "california", "canyon", "caprice", "caravan", "carnival", "cascada", "cavalier", "celebrity", "century", "challenger", "charade", "charger", "cirrus", "citation", "city", "civic", "clarity", "classic", "colony", "colt", "comet", "commander", "compass", "concord", "concorde", "conquest", "continental", "contour", "convertible", "cooper", "corona", "coronet", "corsair", "cougar", "coupe", "crossfire", "crown", "cruise", "cruze", "cube", "cutlass", "cyclone", "dart", "dash", "dasher", "dawn", "daytona", "defender", "diablo", "diplomat", "discovery", "disco", "echo", "eclipse", "edge", "electra", "element", "elite", "enclave", "encore", "endeavor", "entourage", "envision", "envoy", "equinox", "escape", "escort", "esprit", "esteem", "excel", "excursion", "expedition", "explorer", "expo", "express", "falcon", "festiva", "fiesta", "fit", "fleetwood", "flex", "focus", "forte", "fox", "freestyle", "frontier", "fury", "fusion", "galaxie", "genesis", "ghost", "gladiator", "golf", "granada", "gravity", "gremlin", "grenadier", "hardbody", "hardtop", "highlander", "horizon", "hornet", "hurricane", "impala", "imperial", "impulse", "insight", "integra", "intrepid", "intrigue", "javelin", "journey", "juke", "justy", "karma", "kicks", "laser", "leaf", "legacy", "legend", "liberty", "lightning", "lynx", "magnum", "malibu", "marauder", "mariner", "marquis", "matador", "matrix", "maverick", "maxima", "medallion", "metro", "midget", "mirage", "model", "monaco", "monarch", "mountaineer", "mustang", "mystique", "nautilus", "navigator", "neon", "newport", "nitro", "nova", "oasis", "ocean", "odyssey", "omega", "omni", "optima", "outback", "outlander", "outlook", "pacer", "pacifica", "passport", "pathfinder", "patriot", "pear", "phantom", "phoenix", "pickup", "pilot", "pinto", "portofino", "precis", "prelude", "premier", "prime", "prism", "probe", "quantum", "quest", "rabbit", "raider", "rainier", "rally", "ram", "rampage", "ranger", "rapide", "reatta", "recon", "regal", "regency", "relay", "reliant", "rendezvous", "renegade", "ridge", "roadmaster", "roadster", "rocky", "rodeo", "rogue", "roma", "rouge", "sable", "sabre", "safari", "saloon", "samurai", "satellite", "savana", "savanna", "sebring", "sentinel", "sequoia", "shadow", "sidekick", "sienna", "sierra", "sigma", "silhouette", "sky", "skylark", "sol", "solara", "solstice", "somerset", "sonata", "sonic", "soul", "spark", "special", "spectra", "spectrum", "spider", "spirit", "spitfire", "sport", "sportage", "sprint", "sprinter", "spyder", "stealth", "stinger", "stingray", "storm", "stratus", "stylus", "suburban", "summit", "sunbird", "sunburst", "sundance", "sunfire", "supra", "swift", "talon", "taurus", "tempest", "tempo", "terrain", "thunderbird", "titan", "topaz", "tracer", "tracker", "trail", "trans", "traverse", "tribute", "trooper", "truck", "tundra", "turbo", "valiant", "valour", "van", "vantage", "vega", "vehicross", "velar", "venture", "verano", "verona", "vette", "vibe", "vigor", "villager", "viper", "virage", "vision", "volt", "voyager", "vue", "wagon", "wagoneer", "wave", "wildcat", "windsor", "wraith", "wrangler", "yukon", "zephyr", "hybrid", "rubicon", "type", "series", "limited", "sedan", "quattro", "bolt", "gravity", "dynasty", "golf", "apollo", "dakota", "monza", "montana", "torino", "corsica", "tahoe", "malibu", "rio", "roma", "milan", "milano", "verona", "calais", "granada", "toronado", "cordoba", "monterey", "montego", "catalina", "bonneville", "bel"])  # fmt: skip

# Of those, the ones that no part, colour or phrase of a listing is called: they may stand alone
# beside a year, because every seller writes them so.
KNOWN_ALONE = frozenset(["accord", "acadia", "altima", "armada", "avalanche", "avenger", "barracuda", "boxster", "bronco", "civic", "cruze", "cavalier", "dakota", "equinox", "enclave", "elantra", "envoy", "explorer", "expedition", "frontier", "highlander", "impala", "integra", "intrepid", "juke", "malibu", "maxima", "montana", "mountaineer", "mustang", "navigator", "odyssey", "outback", "outlander", "pacifica", "pathfinder", "ridgeline", "rogue", "sebring", "sequoia", "sienna", "solara", "sonata", "sportage", "stratus", "suburban", "supra", "tahoe", "taurus", "tundra", "wrangler", "yukon", "wagoneer", "camaro", "silverado", "sunfire", "sunbird", "trooper", "uplander", "verano"])  # fmt: skip

# Makes that are ordinary words too; alone they prove nothing.
COMMON_MAKES = frozenset(
    [
        "smart",
        "mini",
        "ram",
        "eagle",
        "mercury",
        "international",
        "genesis",
        "saturn",
        "lotus",
        "triumph",
        "sterling",
        "geo",
        "mg",
        "lincoln",
        "karma",
        "lucid",
        "rolls",
        "infinity",
        "infinite",
        "cad",
        "caddy",
        "mb",
        "merc",
        "srt",
    ]
)

_NEGATIONS_HARD = (
    "not for", "not fit", "does not fit", "doesn t fit", "do not fit", "don t fit", "will not fit",
    "won t fit", "not compatible", "not compatible with", "not work", "does not work",
    "doesn t work", "incompatible with", "not a fit", "no fit", "cannot fit", "can t fit",
)  # fmt: skip
_NEGATIONS_SOFT = (
    "except", "except for", "excl", "excludes", "excluding", "exc", "but not", "other than",
    "not the", "not on",
)  # fmt: skip
# Keys are words; True: all up to the end of the sentence is meant, False: up to the next comma.
NEGATIONS: dict[tuple[str, ...], bool] = {
    **{tuple(words.split()): True for words in _NEGATIONS_HARD},
    **{tuple(words.split()): False for words in _NEGATIONS_SOFT},
}
# These end a negation: "not for Civic, fits Accord".
AFFIRMATIONS = frozenset({"fits", "fit", "compatible", "suits"})
# Not a vehicle but a look or a maker's box: "BMW style", "like Ford".
LOOKALIKE = frozenset({"style", "styled", "type", "look", "inspired", "badge", "emblem"})

NUMBER_LABELS = frozenset(
    [
        "pn",
        "p/n",
        "part#",
        "mpn",
        "no",
        "number",
        "casting",
        "interchange",
        "ref",
        "reference",
        "stamped",
        "sku",
        "stk",
        "stock",
        "serial",
        "vin",
        "tag",
        "bin",
        "lot",
        "item",
        "id",
        "upc",
        "ean",
        "model#",
        "code",
    ]
)
UNITS = frozenset(
    [
        "mm",
        "cm",
        "m",
        "in",
        "inch",
        "inches",
        "ft",
        "feet",
        "mi",
        "mile",
        "miles",
        "k",
        "km",
        "kms",
        "kilometers",
        "lb",
        "lbs",
        "kg",
        "g",
        "oz",
        "v",
        "volt",
        "volts",
        "amp",
        "amps",
        "a",
        "w",
        "watt",
        "watts",
        "hp",
        "bhp",
        "kw",
        "cc",
        "ci",
        "rpm",
        "psi",
        "bar",
        "pin",
        "pins",
        "wire",
        "wires",
        "way",
        "day",
        "days",
        "hour",
        "hours",
        "hr",
        "hrs",
        "month",
        "months",
        "week",
        "weeks",
        "min",
        "mins",
        "tooth",
        "teeth",
        "spline",
        "splines",
        "gauge",
        "awg",
        "ohm",
        "ohms",
        "pc",
        "pcs",
        "piece",
        "pieces",
        "pack",
        "pk",
        "qty",
        "count",
        "ct",
        "x",
        "ea",
        "each",
        "set",
        "sets",
        "lug",
        "lugs",
        "hole",
        "holes",
        "percent",
        "lumen",
        "lumens",
        "usd",
        "dollars",
        "grit",
        "deg",
        "degree",
        "degrees",
        "row",
        "rows",
        "bolt",
        "bolts",
        "band",
        "speed",
        "spd",
        "piston",
        "thread",
    ]
)
RANGE_WORDS = frozenset({"to", "thru", "through", "until", "till", "bis"})
OPEN_END_WORDS = frozenset(
    [
        "up",
        "newer",
        "on",
        "onwards",
        "onward",
        "later",
        "present",
        "current",
        "now",
        "above",
        "forward",
    ]
)
OPEN_START_WORDS = frozenset({"upto", "thru", "through", "until", "till"})
BEFORE_WORDS = frozenset({"pre", "before", "older", "earlier"})

# May stand between a year and its vehicle, or between two vehicles, without parting them.
FILLERS = frozenset(
    [
        "for",
        "fits",
        "fit",
        "the",
        "a",
        "an",
        "all",
        "and",
        "or",
        "with",
        "w",
        "to",
        "from",
        "of",
        "in",
        "on",
        "new",
        "used",
        "oem",
        "genuine",
        "original",
        "only",
        "models",
        "model",
        "years",
        "year",
        "my",
        "compatible",
        "suits",
        "select",
        "selected",
        "certain",
        "some",
        "also",
        "most",
        "front",
        "rear",
        "left",
        "right",
        "driver",
        "passenger",
        "side",
    ]
)

TRIMS = frozenset(["a-spec", "advance", "amg", "base", "denali", "dx", "ex", "ex-l", "exl", "f-sport", "gl", "gls", "glx", "gt", "gti", "gts", "lariat", "laramie", "latitude", "le", "limited", "ls", "lt", "lth", "ltz", "luxury", "lx", "m-sport", "nismo", "overland", "platinum", "premium", "plus", "prestige", "r-line", "r/t", "rs", "rst", "rubicon", "s-line", "sahara", "se", "sel", "sl", "sle", "slt", "sport", "sr", "sr5", "srt-8", "srt8", "srt", "ss", "st", "st-line", "sv", "sxt", "technology", "titanium", "touring", "tradesman", "trailhawk", "trd", "type-r", "type-s", "xl", "xle", "xlt", "xse", "z71", "si", "quattro", "sedan-x", "allroad", "xrs", "hse", "autobiography", "inscription", "momentum", "ultimate", "eddie-bauer", "king-ranch", "big-horn", "high-country", "trd-pro", "trd-off-road", "ltd"])  # fmt: skip

FUELS = {
    "hybrid": "Hybrid", "hev": "Hybrid", "phev": "Plug-in Hybrid", "plugin": "Plug-in Hybrid",
    "energi": "Plug-in Hybrid", "4xe": "Plug-in Hybrid", "diesel": "Diesel", "tdi": "Diesel",
    "cdi": "Diesel", "bluetec": "Diesel", "duramax": "Diesel", "powerstroke": "Diesel",
    "cummins": "Diesel", "ecodiesel": "Diesel", "crd": "Diesel", "dsl": "Diesel",
    "gas": "Gas", "gasoline": "Gas", "petrol": "Gas", "cng": "CNG", "ev": "Electric",
    "electric": "Electric", "ffv": "Flex Fuel", "flexfuel": "Flex Fuel",
}  # fmt: skip
ASPIRATIONS = {
    "turbo": "Turbo", "turbocharged": "Turbo", "tsi": "Turbo", "tfsi": "Turbo",
    "ecoboost": "Turbo", "biturbo": "Turbo", "supercharged": "Supercharged",
    "supercharger": "Supercharged", "kompressor": "Supercharged",
}  # fmt: skip
DRIVES = {
    "4wd": "4WD", "4x4": "4WD", "awd": "AWD", "fwd": "FWD", "rwd": "RWD", "2wd": "2WD",
    "4matic": "AWD", "4motion": "AWD", "xdrive": "AWD",
}  # fmt: skip
BODIES = {
    "sedan": "Sedan", "coupe": "Coupe", "wagon": "Wagon", "hatchback": "Hatchback",
    "convertible": "Convertible", "hatch": "Hatchback",
}  # fmt: skip
