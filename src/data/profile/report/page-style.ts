/** The page's style sheet: light and dark, wide and narrow, screen and paper. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--bg:#f4f6f8;--card:#fff;--text:#17212b;--soft:#5b6875;--line:#dfe5ea;--accent:#0b66c3;--bar:#4a90d9;--band:#4a90d91c;--good:#12805c;--bad:#c4352b;--warn:#a86400;--note:#52677a;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#cc79a7;--c4:#b8860b;--c5:#56b4e9;--c6:#7a52c7;--c7:#6b8e23;--c8:#8a949e}
@media screen and (prefers-color-scheme:dark){:root{--bg:#0e141a;--card:#171f27;--text:#e4eaf0;--soft:#9aa8b5;--line:#2a3540;--accent:#6cb2f5;--bar:#4d94dc;--band:#4d94dc24;--good:#4cc38a;--bad:#ff7b72;--warn:#e3a33c;--note:#93a4b4;--c0:#4aa8e8;--c1:#ff8a3d;--c2:#2fc79a;--c3:#e79bc4;--c4:#e0b23c;--c5:#8fd0f7;--c6:#ab8bee;--c7:#a3c34a;--c8:#7c8894}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1240px;margin:0 auto;padding:0 20px 60px}
nav{position:sticky;top:0;z-index:3;background:color-mix(in srgb,var(--bg) 90%,transparent);backdrop-filter:blur(8px);border-bottom:1px solid var(--line)}
nav div{max-width:1240px;margin:0 auto;padding:0 12px;display:flex;overflow-x:auto;scrollbar-width:none}
nav a{padding:10px;color:var(--soft);text-decoration:none;white-space:nowrap;font-size:14px}nav a:hover{color:var(--accent)}
header{padding:28px 0 4px}h1{margin:.1em 0;font-size:30px;line-height:1.2;overflow-wrap:anywhere;letter-spacing:-.01em}
h2{font-size:22px;margin:44px 0 4px;letter-spacing:-.01em}h3{font-size:15px;margin:0 0 6px;overflow-wrap:anywhere}h3 small,th small{color:var(--soft);font-weight:400}
section{scroll-margin-top:44px}
.kicker{margin:0;color:var(--soft);font-size:13px}.source{margin:0 0 14px;color:var(--soft);overflow-wrap:anywhere;font-size:13px}.lead{margin:0 0 14px;color:var(--soft);max-width:80ch}
.verdict{display:inline-block;margin:0 0 18px;padding:6px 14px;border-radius:99px;font-weight:600;border:1px solid}.verdict.good{color:var(--good)}.verdict.bad{color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px;display:flex;flex-direction:column}.tile span,.tile small{color:var(--soft);font-size:13px}.tile b{font-size:23px;line-height:1.35;font-variant-numeric:tabular-nums}
.advices{columns:2 430px;column-gap:14px}.advice{break-inside:avoid;margin:0 0 14px}
.card,.advice,.gallery{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;min-width:0}
.advice{border-left:5px solid var(--note)}.advice.fix{border-left-color:var(--bad)}.advice.improve{border-left-color:var(--warn)}
.tag{margin:0 0 2px;font-size:12px;color:var(--note)}.fix .tag{color:var(--bad)}.improve .tag{color:var(--warn)}
.advice h3{font-size:16px;line-height:1.35}.advice p{overflow-wrap:anywhere}.do{margin:6px 0}.why{margin:6px 0;color:var(--soft);font-size:14px}
code{font:.9em ui-monospace,Consolas,monospace;background:color-mix(in srgb,var(--soft) 14%,transparent);padding:1px 4px;border-radius:4px;overflow-wrap:anywhere}
details summary{cursor:pointer;color:var(--accent);font-size:14px}.names{max-height:180px;overflow:auto;font-size:13px;color:var(--soft)}.names span{margin-right:8px}
.strip{display:grid;grid-template-columns:repeat(4,1fr);gap:8px}.galleries{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,430px),1fr));gap:14px}.groups{display:flex;flex-wrap:wrap;gap:14px}.groups .strip{display:flex;flex-wrap:wrap}.groups figure{width:138px}
figure{margin:0;min-width:0;cursor:pointer}figure img,.nopic{display:block;width:100%;aspect-ratio:16/10;object-fit:cover;border-radius:6px;background:var(--line)}.nopic{display:grid;place-items:center;color:var(--soft);font-size:12px}
figure.keep img{outline:2px solid var(--good);outline-offset:-2px}figure.drop img{outline:2px solid var(--bad);outline-offset:-2px}figcaption b{font-weight:600}.keep figcaption b{color:var(--good)}.drop figcaption b{color:var(--bad)}
figcaption{font-size:12px;line-height:1.35;color:var(--soft);padding-top:3px;overflow:hidden}.name{color:var(--text);overflow-wrap:anywhere}.more{margin:8px 0 0;color:var(--soft);font-size:13px}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:14px}.cards.wide{grid-template-columns:repeat(auto-fill,minmax(min(100%,480px),1fr))}.card p{margin:4px 0 0;color:var(--soft);font-size:13px}.cards{margin-top:14px}.card .same{margin:14px 0;font-size:15px}.same b{font-size:23px;color:var(--text)}
svg.plot{display:block;width:100%;height:auto;font:11px system-ui,sans-serif}svg text{fill:var(--soft)}svg .title{fill:var(--text)}
.grid,.tick,.line{stroke:var(--line);fill:none}.line{stroke:var(--soft)}.bars rect{fill:var(--bar)}.bars rect:hover{fill:var(--accent)}.band{fill:var(--band)}path.median{stroke:var(--bad);stroke-dasharray:3 3}text.median{fill:var(--bad)}
.heat .ground{fill:none;stroke:var(--line)}
.dots circle{stroke:var(--card);stroke-width:1;fill:currentColor;fill-opacity:.85;cursor:pointer}.dots circle:hover{stroke:var(--text);stroke-width:2}.foot{fill:currentColor;fill-opacity:.07;stroke:currentColor;stroke-opacity:.45;stroke-width:.8}.foot:hover{fill-opacity:.25}.track{fill:none;stroke:currentColor;stroke-opacity:.55;stroke-dasharray:2 3}.look{fill:currentColor}
.map{background:color-mix(in srgb,var(--line) 25%,transparent);border-radius:6px}.map .grid{stroke-opacity:.7}.scale path{stroke:var(--text);fill:none;stroke-width:1.5}.scale text,.north text{fill:var(--text)}.north path{fill:var(--text)}
.c0{color:var(--c0)}.c1{color:var(--c1)}.c2{color:var(--c2)}.c3{color:var(--c3)}.c4{color:var(--c4)}.c5{color:var(--c5)}.c6{color:var(--c6)}.c7{color:var(--c7)}.c8{color:var(--c8)}
.key{display:inline-block;width:10px;height:10px;border-radius:50%;background:currentColor;margin-right:6px}.legend{display:flex;flex-wrap:wrap;gap:4px 16px}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:10px}table{border-collapse:collapse;width:100%;font-size:13.5px}th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);vertical-align:middle}th{white-space:nowrap;font-weight:600}tbody tr:last-child td{border-bottom:0}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.bar{width:24%;min-width:80px}td.bar svg{display:block;width:100%;height:8px}td.bar rect{fill:var(--bar)}
th button{all:unset;cursor:pointer;white-space:nowrap}th button:focus-visible{outline:2px solid var(--accent)}th[aria-sort=ascending] button::after{content:" ▲";font-size:10px}th[aria-sort=descending] button::after{content:" ▼";font-size:10px}
.file{display:flex;align-items:center;gap:10px;min-width:230px}.file img{width:64px;height:40px;object-fit:cover;border-radius:4px;flex:none}.file span{overflow-wrap:anywhere}.file small{display:block;color:var(--soft);font-size:11.5px;line-height:1.2}.flight{white-space:nowrap}tbody tr:hover td{background:color-mix(in srgb,var(--accent) 6%,transparent)}
.flag{display:inline-block;font-size:11.5px;padding:0 7px;border-radius:99px;border:1px solid var(--line);color:var(--soft);white-space:nowrap}
input,#more{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:7px 12px}input{min-width:min(320px,100%)}#more{cursor:pointer}#shown{color:var(--soft);margin-left:8px}
.tip{position:fixed;z-index:9;pointer-events:none;background:var(--card);border:1px solid var(--line);border-radius:8px;box-shadow:0 6px 24px #0004;padding:8px;display:flex;flex-direction:column;font-size:12.5px;max-width:270px}.tip[hidden]{display:none}.tip img{width:250px;border-radius:4px;margin-bottom:6px}.tip b{overflow-wrap:anywhere}.tip span{color:var(--soft)}
footer{margin-top:44px;color:var(--soft);font-size:13px;max-width:90ch}
@media (max-width:640px){main{padding:0 12px 40px}h1{font-size:24px}.strip{grid-template-columns:repeat(2,1fr)}.tiles{grid-template-columns:repeat(2,1fr)}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--text:#000;--soft:#444;--line:#ccc}nav,input,#more,.tip,#shown{display:none!important}main{max-width:none;padding:0}.card,.advice,.gallery,tr,figure{break-inside:avoid}h2{break-after:avoid}.scroll{overflow:visible}body{font-size:12px}.why,.lead,.card p{font-size:11px}table{font-size:7.5px}th,td{padding:2px 3px}.file{min-width:105px;gap:4px}th{font-size:6.5px}th small{display:none}.flag{font-size:6.5px;padding:0 2px}.file img{width:36px;height:24px}.file small{font-size:6.5px}.flight{white-space:normal}.key{width:7px;height:7px;margin-right:3px}}
`
