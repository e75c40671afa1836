/** The style of report.html: system fonts, light and dark, narrow and wide, screen and paper. */
export const STYLE = `
:root{color-scheme:light dark;
--page:#fafaf8;--card:#fff;--ink:#1b1e23;--muted:#5a6270;--line:#e2e3e0;--soft:#f1f1ee;
--good:#186c49;--good-soft:#e4f2ea;--bad:#c5331f;--bad-soft:#fbe9e5;--open:#8a6100;--open-soft:#f8efd8;
--fault:#4a46b8;--fault-ink:#fff;--amp:#b06f10;--amp-ink:#fff;--unknown:#9aa0a8;--lat:#8fb8a6;--lat-bad:#e0a094;--acked:#7d94ad;--predicted:#7a7f88}
@media screen and (prefers-color-scheme:dark){:root{
--page:#131519;--card:#1a1d22;--ink:#e8eaed;--muted:#9ca4b0;--line:#2d3138;--soft:#20242a;
--good:#3fb283;--good-soft:#16291f;--bad:#f2674f;--bad-soft:#321b17;--open:#dcae45;--open-soft:#2c2410;
--fault:#9d97ff;--fault-ink:#14131f;--amp:#e2a64a;--amp-ink:#1f1606;--unknown:#6d747e;--lat:#3a6654;--lat-bad:#84392d;--acked:#5d7693;--predicted:#8b929c}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15.5px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main,footer{max-width:1128px;margin:0 auto;padding:0 24px}
main{padding-top:40px}
footer{margin-top:56px;padding-bottom:48px;color:var(--muted);font-size:13px}
footer p{border-top:1px solid var(--line);padding-top:16px;max-width:none}
h1,h2,h3,p,ul,ol,dl,figure{margin:0}
p{max-width:76ch}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
.skip{position:absolute;left:-99em}
.skip:focus{left:16px;top:8px;background:var(--card);padding:6px 12px;border-radius:6px}
:focus-visible{outline:2px solid var(--fault);outline-offset:2px}
.eyebrow{color:var(--muted);font-size:13px;letter-spacing:.01em}
h1{font-size:25px;line-height:1.28;font-weight:620;letter-spacing:-.014em;max-width:36em;margin:6px 0 10px;text-wrap:balance}
.facts{color:var(--muted);font-size:13px;display:flex;flex-wrap:wrap;gap:2px 18px;max-width:none}
.answer{margin-top:28px;border-left:5px solid;padding:2px 0 2px 22px}
.answer h2{font-size:50px;line-height:1.05;font-weight:700;letter-spacing:-.03em;margin:0;display:flex;align-items:center;gap:16px;padding:0;border:0}
.answer .mark{display:inline-grid;place-items:center;width:42px;height:42px;border-radius:50%;color:var(--page);font-size:25px;letter-spacing:0;flex:none}
.answer .because{font-size:18px;line-height:1.45;margin-top:10px;max-width:62ch}
.answer .codes{color:var(--muted);font-size:13px;margin-top:6px}
.answer .codes code{margin-right:10px}
.answer.pass{border-color:var(--good)}.answer.pass h2{color:var(--good)}.answer.pass .mark{background:var(--good)}
.answer.fail{border-color:var(--bad)}.answer.fail h2{color:var(--bad)}.answer.fail .mark{background:var(--bad)}
.answer.inconclusive{border-color:var(--open)}.answer.inconclusive h2{color:var(--open)}.answer.inconclusive .mark{background:var(--open)}
.banner{margin-top:22px;border:1px solid var(--line);border-radius:10px;padding:14px 18px;background:var(--card);font-size:14.5px}
.banner p{max-width:none}
.banner.demo{background:var(--open-soft);border-color:transparent}
.banner.sabotage{border-color:var(--amp)}.banner.alert{border-color:var(--bad);background:var(--bad-soft)}.banner ul{margin:6px 0;padding-left:1.3em}
.diff{margin:10px 0;padding:10px 14px;background:var(--soft);border-radius:8px;overflow-x:auto;line-height:1.6}
.diff b{font-weight:600}.diff ins,.diff del{text-decoration:none}.diff ins{color:var(--good)}.diff del{color:var(--bad)}
.cards{list-style:none;padding:0;margin-top:26px;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:16px}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px 16px;min-width:0;display:flex;flex-direction:column}
.card h3{font-size:13.5px;font-weight:560;color:var(--muted);display:flex;justify-content:space-between;align-items:center;gap:8px;margin:0}
.big{font-size:34px;line-height:1.15;font-weight:640;letter-spacing:-.022em;margin:8px 0 8px}
.big .unit{font-size:17px;font-weight:500;color:var(--muted);letter-spacing:-.005em}
.big .unmeasured{color:var(--muted);font-weight:500;font-size:24px}
.small{font-size:13.5px;line-height:1.45;margin-top:8px}
.promise{font-size:13px;color:var(--muted);margin-top:auto;padding-top:8px}
.bar{display:block;width:100%;height:26px}
.key{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:11.5px;color:var(--muted)}
.key span::before{content:"";display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:5px;background:var(--good)}
.fail .key .k-got::before{background:var(--bad)}.inconclusive .key .k-got::before{background:var(--open)}
.key .k-bad::before{background:var(--bad)}
.key .k-objective::before{background:var(--ink);width:2px;height:11px;border-radius:0;vertical-align:-1px}
.key .k-predicted::before{background:var(--predicted);height:3px;width:12px;vertical-align:3px}
.chip{display:inline-block;font-size:12px;line-height:1.5;font-weight:600;padding:1px 9px;border-radius:99px;white-space:nowrap;background:var(--soft);color:var(--muted)}
.chip.pass{background:var(--good-soft);color:var(--good)}.chip.fail{background:var(--bad-soft);color:var(--bad)}.chip.inconclusive{background:var(--open-soft);color:var(--open)}.chip.amp{color:var(--ink)}
main>section:not(.answer)>h2{font-size:20px;font-weight:620;letter-spacing:-.012em;margin:52px 0 16px}
section h3{font-size:14.5px;font-weight:620;margin:26px 0 8px}
figure{margin-top:14px;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px 18px 10px}
figcaption{font-size:14.5px;font-weight:620;margin-bottom:12px}
figure svg{display:block;width:100%;height:auto;overflow:visible}
.narrow{display:none}
svg text{fill:var(--ink);font-family:inherit}
svg .end{text-anchor:end}svg .middle{text-anchor:middle}
svg .name,svg .dimtext,svg .deadlinetext,svg text.small:not(.on){paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
svg .name{font-weight:560}svg .detail,svg .tick{fill:var(--muted);font-weight:400}svg .detail{font-size:.92em}svg .small{font-size:.92em}
svg .phase{fill:var(--soft)}svg .phase.odd{fill:var(--line)}svg .phasename{fill:var(--muted)}
svg .track,svg .none{fill:var(--line)}svg .none{opacity:.75}svg .axis{fill:var(--unknown)}
svg .good{fill:var(--good)}svg .bad{fill:var(--bad)}svg .unknown{fill:var(--unknown)}svg .unknown.stripes{fill:revert-layer}
svg .hatch{stroke:var(--page);stroke-width:3;opacity:.7}
svg .lat{fill:var(--lat)}svg .lat.bad{fill:var(--lat-bad)}svg .acked{fill:var(--acked)}
svg .fault{fill:var(--fault)}svg .amp{fill:var(--amp)}svg .pale{opacity:.42}
svg .asked{fill:none;stroke:var(--fault);stroke-dasharray:4 3}svg .amp.asked{stroke:var(--amp)}
svg text.on.fault{fill:var(--fault-ink)}svg text.on.amp{fill:var(--amp-ink)}
svg .episode{fill:var(--ink)}
svg .flag{stroke:var(--muted);fill:none;stroke-width:1.2}svg .flag.cut,svg .flag.stuck{stroke:var(--bad)}svg text.cut,svg text.stuck{fill:var(--bad)}
svg .dim{stroke:var(--ink);fill:none;stroke-width:1.4}svg .dimpale{fill:var(--ink);opacity:.45}svg .dimtext{font-weight:680}svg .deadlinetext{fill:var(--muted)}
svg .mark{fill:none;stroke:var(--fault);opacity:.55}svg .mark.amp{stroke:var(--amp)}svg .mark.back{stroke:var(--ink);opacity:.35}svg .mark.deadline{stroke:var(--ink);stroke-dasharray:3 4;opacity:.7}
svg .stall{fill:var(--unknown);opacity:.22}
svg .got{fill:var(--good)}.fail svg .got{fill:var(--bad)}.inconclusive svg .got{fill:var(--open)}
svg .ink{fill:var(--ink)}svg .predicted{fill:var(--predicted)}
.legend{list-style:none;padding:0;margin-top:12px;display:flex;flex-wrap:wrap;gap:4px 20px;font-size:12.5px;color:var(--muted)}
.legend i{display:inline-block;width:12px;height:10px;margin-right:6px;border-radius:2px;vertical-align:-.5px}
.l-good{background:var(--good)}.l-bad{background:var(--bad)}.l-unknown{background:repeating-linear-gradient(45deg,var(--unknown) 0 2px,var(--line) 2px 4px)}.l-none{background:var(--line)}.l-lat{background:var(--lat)}.l-fault{background:var(--fault)}.l-amp{background:var(--amp)}
.legend .l-episode{background:var(--ink);height:4px;vertical-align:2px}.legend .l-deadline{width:0;height:12px;border-left:2px dotted var(--ink);border-radius:0;vertical-align:-2px;margin:0 10px 0 4px}
.scroll{overflow-x:auto;margin-top:22px}
table{border-collapse:collapse;width:100%;font-size:13.5px;line-height:1.45}
table.few{max-width:860px}
caption{text-align:left;font-size:14.5px;font-weight:620;padding-bottom:6px}
th,td{text-align:left;vertical-align:top;padding:7px 14px 7px 0;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--muted);font-weight:500;font-size:12.5px;white-space:nowrap}
tbody th{font-weight:560}
tbody tr:last-child>*{border-bottom:1px solid var(--line)}
th.n,td.n{text-align:right;padding-right:22px;white-space:nowrap}
td:last-child,th:last-child{padding-right:0}
td code{color:var(--muted)}
.alarm{color:var(--bad);font-weight:680}
.muted,.more{color:var(--muted)}.more{font-size:13px;margin-top:6px}
.empty{color:var(--muted);margin-top:18px}.empty strong{color:var(--ink);font-weight:620;margin-right:8px;font-size:14.5px}
.ids{columns:17em;list-style:none;padding:0;font-size:13px}
.ids code{overflow-wrap:anywhere}
.break{overflow-wrap:anywhere}
.notes{list-style:none;padding:0;font-size:13.5px}.notes .at{display:inline-block;min-width:5.5em;color:var(--muted)}
details{border-top:1px solid var(--line)}details:last-of-type{border-bottom:1px solid var(--line)}
summary{padding:8px 0;cursor:pointer;font-size:13.5px}
pre{margin:0;white-space:pre}
details pre{padding:12px 14px;margin-bottom:12px;background:var(--soft);border-radius:8px;overflow:auto;max-height:460px;font-size:12px;line-height:1.5}
.replay{padding:14px 18px;background:var(--card);border:1px solid var(--line);border-radius:10px;overflow-x:auto;margin-bottom:16px;font-size:15px}
.files{margin-top:10px;font-size:13.5px}.files div{display:flex;gap:14px;padding:3px 0}.files dt{flex:0 0 9.5em}.files dd{margin:0;color:var(--muted)}
@media (max-width:680px){
main,footer{padding-left:16px;padding-right:16px}main{padding-top:24px}
h1{font-size:20px}.answer{padding-left:16px;margin-top:22px}.answer h2{font-size:clamp(25px,8.2vw,34px);gap:12px}.answer .mark{width:32px;height:32px;font-size:19px}.answer .because{font-size:16px}
.wide{display:none}.narrow{display:block}figure{padding:14px 12px 8px}

thead{position:absolute;left:-99em}
table,tbody,tr,th,td,caption{display:block}
tbody tr{border-top:1px solid var(--line);padding:8px 0}
tbody tr:last-child>*{border-bottom:0}tbody tr:last-child{border-bottom:1px solid var(--line)}
tbody th,tbody td,th.n,td.n{border:0;padding:1px 0;text-align:left;white-space:normal}
tbody td{display:flex;gap:10px}tbody td:empty{display:none}
tbody td[data-l]:not([data-l=""])::before{content:attr(data-l);flex:0 0 7.2em;color:var(--muted)}
tbody td>span.cell{min-width:0}
.files div{flex-direction:column;gap:0;padding:5px 0}.files dt{flex:none}}
@media print{:root{--page:#fff;--card:#fff}body{font-size:11pt}main{padding-top:0}.skip{display:none}figure,.card,.banner,tr{break-inside:avoid}h2,h3,caption{break-after:avoid}.scroll,details pre{overflow:visible;max-height:none}pre{white-space:pre-wrap}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@page{margin:14mm}
`;
