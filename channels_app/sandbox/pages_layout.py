"""The frame of every page of the marketplace, and its style sheet."""

from __future__ import annotations

from html import escape

CSS = """
:root{--ink:#1d2430;--soft:#5c6675;--line:#d8dde5;--go:#1a5fb4;--paper:#fff;--back:#f4f6f9}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#a2abba;--line:#3a4252;
--go:#78aeed;--paper:#1e232d;--back:#151920}}*{box-sizing:border-box}body{margin:0;
font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back)}header,main{
max-width:70rem;margin:auto;padding:.75rem 1rem}header{display:flex;gap:1rem;flex-wrap:wrap;
align-items:center}header b{font-size:1.15rem}a{color:var(--go)}h1{font-size:1.4rem;
margin:.5rem 0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}.note{color:var(--soft);
font-size:.9rem}.warn{border-left:4px solid #c64600;padding:.5rem .75rem;
background:var(--paper)}input,select,button,textarea{font:inherit;color:inherit;
padding:.5rem .7rem;border:1px solid var(--line);border-radius:6px;background:var(--paper);
min-height:44px;max-width:100%}input[type=radio]{min-height:0}button{background:var(--go);
border-color:var(--go);color:#fff;cursor:pointer}@media (prefers-color-scheme:dark){button{
color:#10151d}}button.plain{background:transparent;color:var(--go)}.row{display:flex;gap:.6rem;
flex-wrap:wrap;align-items:end}.row label{display:grid;font-size:.85rem;color:var(--soft)}
.row input[name=q]{flex:1;min-width:10rem}fieldset{border:1px solid var(--line);
border-radius:8px;background:var(--paper)}.choice{display:block;padding:.4rem 0}.grid{
display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(160px,1fr))}.card{
background:var(--paper);border:1px solid var(--line);border-radius:8px;overflow:hidden;
display:block;color:inherit;text-decoration:none}.card img{width:100%;aspect-ratio:4/3;
object-fit:contain;background:var(--back)}.card div{padding:.6rem}.price{font-weight:600;
font-size:1.1rem}.photos img{max-width:100%;max-height:22rem;border-radius:8px;
margin:0 .5rem .5rem 0}.two{display:grid;gap:1.5rem}@media (min-width:800px){.two{
grid-template-columns:3fr 2fr}}.wide{overflow-x:auto}.wide td:first-child{min-width:8rem}table{border-collapse:collapse;width:100%;
background:var(--paper)}th,td{text-align:left;padding:.4rem .6rem;
border-bottom:1px solid var(--line);vertical-align:top;font-size:.92rem}.none{padding:2rem;
text-align:center;color:var(--soft)}iframe{width:100%;height:14rem;border:1px solid var(--line);
border-radius:8px;background:#fff}
"""


def layout(title: str, body: str) -> str:
    """Wrap a body in the page's frame; the caller has escaped what it holds."""
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Local marketplace</title><link rel="stylesheet" href="/_static/site.css">
</head><body><header><b>Local marketplace</b><nav><a href="/shop">Shop</a> ·
<a href="/purchases">Purchases</a> · <a href="/seller">Sellers</a> ·
<a href="/control">Control</a></nav></header>
<main>{body}</main></body></html>"""
