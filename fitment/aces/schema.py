"""Our own schema of one application, header, asset and footer, built from the facts.

Each of them is checked by itself, so that a fault is tied to the very application and the others
stand. What a schema cannot say (years in order, ids used twice, counts) is checked by the reader.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

from fitment.aces import facts

_HEAD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:simpleType name="id"><xs:restriction base="xs:positiveInteger">
  <xs:maxInclusive value="2147483647"/></xs:restriction></xs:simpleType>
<xs:simpleType name="brand"><xs:restriction base="xs:string">
  <xs:pattern value="[B-Z-[EIOU]][B-Z-[EIO]][B-Z-[OU]][A-Z]"/></xs:restriction></xs:simpleType>
<xs:simpleType name="year"><xs:restriction base="xs:integer">
  <xs:minInclusive value="1896"/><xs:maxInclusive value="9999"/></xs:restriction></xs:simpleType>
<xs:simpleType name="action"><xs:restriction base="xs:string">
  <xs:pattern value="[AD]"/></xs:restriction></xs:simpleType>
<xs:simpleType name="submission"><xs:restriction base="xs:string">
  <xs:pattern value="FULL|UPDATE|TEST|Full|Update"/></xs:restriction></xs:simpleType>
<xs:simpleType name="part-number"><xs:restriction base="xs:token">
  <xs:minLength value="1"/><xs:maxLength value="48"/></xs:restriction></xs:simpleType>
<xs:complexType name="ref" mixed="true"><xs:attribute name="id" type="id" use="required"/>
</xs:complexType>
<xs:complexType name="years"><xs:attribute name="from" type="year" use="required"/>
  <xs:attribute name="to" type="year" use="required"/></xs:complexType>
<xs:complexType name="production"><xs:attribute name="ProductionStart" type="year"/>
  <xs:attribute name="ProductionEnd" type="year"/></xs:complexType>
<xs:complexType name="qual"><xs:sequence>
  <xs:element name="param" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
    <xs:attribute name="value" type="xs:string" use="required"/>
    <xs:attribute name="uom" type="xs:string"/><xs:attribute name="altvalue" type="xs:string"/>
    <xs:attribute name="altuom" type="xs:string"/></xs:complexType></xs:element>
  <xs:element name="text" type="xs:string"/></xs:sequence>
  <xs:attribute name="id" type="id" use="required"/></xs:complexType>
<xs:complexType name="note"><xs:simpleContent><xs:extension base="xs:string">
  <xs:attribute name="id" type="xs:string"/><xs:attribute name="lang" type="xs:string"/>
  </xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="part"><xs:simpleContent><xs:extension base="part-number">
  <xs:attribute name="BrandAAIAID" type="brand"/><xs:attribute name="SubBrandAAIAID" type="brand"/>
  </xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="countries"><xs:sequence>
  <xs:element name="Country" type="xs:string" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
<xs:complexType name="regions"><xs:sequence>
  <xs:element name="Region" type="ref" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
"""

_IDENTITY = """<xs:choice>
<xs:sequence><xs:element name="BaseVehicle" type="ref"/>
  <xs:element name="SubModel" type="ref" minOccurs="0"/></xs:sequence>
<xs:sequence><xs:element name="Years" type="years"/><xs:element name="Make" type="ref"/>
  <xs:choice minOccurs="0"><xs:element name="VehicleType" type="ref"/>
    <xs:sequence><xs:element name="Model" type="ref"/>
    <xs:element name="SubModel" type="ref" minOccurs="0"/></xs:sequence></xs:choice></xs:sequence>
<xs:element name="EquipmentBase" type="ref"/>
<xs:sequence><xs:element name="Mfr" type="ref"/><xs:element name="EquipmentModel" type="ref"/>
  <xs:element name="VehicleType" type="ref"/>
  <xs:element name="ProductionYears" type="production" minOccurs="0"/></xs:sequence>
</xs:choice>"""

_APP_TAIL = """<xs:element name="Qty" type="id"/><xs:element name="PartType" type="ref"/>
<xs:element name="MfrLabel" type="xs:string" minOccurs="0"/>
<xs:element name="Position" type="ref" minOccurs="0"/><xs:element name="Part" type="part"/>
<xs:element name="DisplayOrder" type="xs:positiveInteger" minOccurs="0"/>
<xs:sequence minOccurs="0"><xs:element name="AssetName" type="xs:string"/>
<xs:element name="AssetItemOrder" type="xs:positiveInteger" minOccurs="0"/>
<xs:element name="AssetItemRef" type="xs:string" minOccurs="0"/></xs:sequence>"""

_ACTION = """<xs:attribute name="action" type="action" use="required"/>
<xs:attribute name="id" use="required"><xs:simpleType><xs:restriction base="xs:positiveInteger">
<xs:maxInclusive value="9223372036854775807"/></xs:restriction></xs:simpleType></xs:attribute>
<xs:attribute name="ref" type="xs:string"/><xs:attribute name="validate" type="xs:string"/>"""


def _options(names: tuple[str, ...]) -> str:
    return "".join(f'<xs:element name="{name}" type="ref" minOccurs="0"/>' for name in names)


def _vehicle() -> str:
    return (
        _IDENTITY
        + _options(facts.BEFORE_TRANSMISSION)
        + '<xs:choice minOccurs="0"><xs:element name="TransmissionBase" type="ref"/><xs:sequence>'
        + _options(facts.TRANSMISSION)
        + "</xs:sequence></xs:choice>"
        + _options(facts.AFTER_TRANSMISSION)
        + '<xs:element name="Qual" type="qual" minOccurs="0" maxOccurs="unbounded"/>'
        + '<xs:element name="Note" type="note" minOccurs="0" maxOccurs="unbounded"/>'
    )


def _element(name: str, content: str, attributes: str = "") -> str:
    return (
        f'<xs:element name="{name}"><xs:complexType><xs:sequence>{content}</xs:sequence>'
        f"{attributes}</xs:complexType></xs:element>"
    )


def _header() -> str:
    kinds = {"date": "xs:date", "text": "xs:string"}
    return "".join(
        f'<xs:element name="{name}" type="{kinds.get(kind, kind)}" minOccurs="{int(required)}"/>'
        for name, kind, required in facts.HEADER
    )


@lru_cache(maxsize=1)
def schema_text() -> bytes:
    """Return the schema as a document."""
    record_count = '<xs:element name="RecordCount" type="xs:string"/>'
    asset = _vehicle() + '<xs:element name="AssetName" type="xs:string"/>'
    return (
        _HEAD
        + _element("App", _vehicle() + _APP_TAIL, _ACTION)
        + _element("Asset", asset, _ACTION)
        + _element("Header", _header())
        + _element("Footer", record_count)
        + "</xs:schema>"
    ).encode()


def schema() -> etree.XMLSchema:
    """Return a compiled schema; its faults are those of its last check, so that no two threads share it.

    Compiling takes about 2 ms.
    """
    return etree.XMLSchema(etree.fromstring(schema_text()))


_UNEXPECTED = re.compile(
    r"Element '([^']+)': This element is not expected\.(?: Expected is (.+?)\.?)?$"
)
_TOO_SHORT = re.compile(
    r"Element '([^']+)': Missing child element\(s\)\.(?: Expected is (.+?)\.?)?$"
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def _named(expected: str) -> str:
    names = [one for one in _NAME.findall(expected) if one not in {"one", "of"}]
    last = [one for one in names if one not in facts.ATTRIBUTES]
    return ", ".join((last or names)[:6])


def fault_words(checked: etree.XMLSchema) -> str:
    """Return the first fault of the last check as a sentence about names."""
    text = str(checked.error_log[0].message) if len(checked.error_log) else "It is not valid."
    if found := _UNEXPECTED.match(text):
        expected = _named(found[2] or "")
        words = f"{found[1]} is not expected here"
        return f"{words}; here may stand {expected}." if expected else f"{words}."
    if found := _TOO_SHORT.match(text):
        return f"{found[1]} lacks {_named(found[2] or '')}."
    if "[facet 'minLength']" in text:
        return f"{text.split(chr(39))[1]} is empty."
    text = re.sub(r"\[facet '[^']+'\] ", "", text)
    return text.replace("Element '", "").replace("', attribute '", " ").replace("':", ":")
