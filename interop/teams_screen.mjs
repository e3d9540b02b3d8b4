// Where the cards of the picture stand: a channel on a wide screen, and a phone. In the manner of Teams; it is no screenshot
// of it. The cards themselves are drawn by Microsoft's library, with the settings that it publishes for Teams.
const style = `
* { box-sizing: border-box }
body { margin: 0; background: #f5f5f5; font: 14px/20px 'Segoe UI', Tahoma, Geneva, Verdana, sans-serif; color: #242424; padding: 24px; width: 1200px;
  display: flex; gap: 24px; align-items: flex-start }
.screen { background: #fff; border: 1px solid #e0e0e0; overflow: hidden }
.wide { flex: 1; border-radius: 8px }
.phone { width: 424px; border-radius: 28px; border: 6px solid #242424 }
.bar { border-bottom: 1px solid #e0e0e0; padding: 12px 20px; font-weight: 700; font-size: 16px }
.phone .bar { text-align: center }
.bar small { display: block; font-weight: 400; font-size: 12px; color: #616161 }
.message { display: flex; gap: 10px; padding: 16px 20px 20px }
.phone .message { padding: 12px 10px 16px; position: relative }
.phone .face { position: absolute; left: 10px; top: 10px }
.phone .body { padding-top: 2px }
.phone .who { margin-left: 42px }
.phone .card { margin-top: 12px }
.face { width: 32px; height: 32px; border-radius: 6px; background: #5b5fc7; color: #fff; font-weight: 700; flex: none; display: grid;
  place-items: center; font-family: 'DejaVu Sans', sans-serif; font-size: 18px }
.body { flex: 1; min-width: 0 }
.who { font-weight: 600 }
.app { font-size: 10px; font-weight: 700; background: #ebebeb; color: #616161; border-radius: 3px; padding: 1px 4px; margin: 0 6px 0 4px }
.when { font-size: 12px; color: #616161 }
.card { margin-top: 4px; border: 1px solid #e0e0e0; border-radius: 6px; box-shadow: 0 1px 2px #0002; overflow: hidden }
.card .ac-richTextBlock { overflow-wrap: anywhere; line-height: 20px }
.card .ac-container .ac-container { border-radius: 4px }
.card textarea { width: 100%; font: inherit; border: 1px solid #d1d1d1; border-bottom-color: #616161; border-radius: 4px; padding: 6px 10px;
  height: 52px; resize: none; overflow: hidden }
.card textarea::placeholder { color: #707070 }
.card input[type=checkbox] { accent-color: #5b5fc7; width: 16px; height: 16px; margin: 2px 0 0; flex: none }
.card .ac-actionSet { gap: 8px; margin-top: 8px }
.card .ac-pushButton { font: inherit; font-weight: 600; border: 1px solid #d1d1d1; border-radius: 4px; background: #fff; padding: 5px 16px;
  min-width: 96px }
.card .ac-pushButton.style-positive { background: #5b5fc7; border-color: #5b5fc7; color: #fff }
.card .ac-pushButton.style-destructive { color: #c4314b; border-color: #c4314b }
`

const screen = (kind, bar) => `<div class="screen ${kind}"><div class="bar">${bar}</div><div class="message"><div class="face">✓</div>
<div class="body"><span class="who">approvals</span><span class="app">BOT</span><span class="when">9:41 AM</span><div class="card"></div>
</div></div></div>`

/** The page. */
export const frame = `<!doctype html><meta charset="utf-8"><style>${style}</style><body>${screen('wide', 'General')}${screen(
  'phone',
  'General<small>the same card, later</small>',
)}`
