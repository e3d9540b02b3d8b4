#!/usr/bin/env node
// Checks cards of Teams against the published schema and draws them in Chromium: teams_cards.mjs FOLDER SCHEMA CHROMIUM,
// where what `teams-cards/package.json` names is installed in FOLDER. Reads a card a line from standard input, and writes a
// line for each: what the schema and Microsoft's library have against it, and what is seen of it. Whether that is right, is
// for the caller to say. With a line that has a `picture`, it draws that instead.
//
// Texts that are read as Markdown are given to the most eager reader of it: one that lets HTML through and finds links.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { frame } from './teams_screen.mjs'

const [folder, schemaFile, chromium] = process.argv.slice(2)
const installed = path.resolve(folder, 'node_modules')
const require = createRequire(path.join(installed, 'x.js'))
const Ajv = require('ajv')
const { chromium: browsers } = require('playwright-core')

const schema = readFileSync(schemaFile)
// Microsoft's, of version 1.6, as the package that brings it has it.
const DIGEST = 'd42107e3a08f3d1ec5c35f82e497a5e349812bb0d86e90d5b85808999ae52a1a'
if (createHash('sha256').update(schema).digest('hex') !== DIGEST) throw new Error('another schema')
const { $schema: _draft, id: _id, ...rules } = JSON.parse(schema)
const fits = new Ajv({ strict: false, allErrors: false, validateFormats: false }).compile(rules)

/** What the schema has against a card. */
function faults(card) {
  if (fits(card)) return []
  return fits.errors.map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`)
}

const browser = await browsers.launch({
  executablePath: chromium,
  chromiumSandbox: process.getuid() !== 0,
  args: ['--disable-gpu', '--font-render-hinting=none'],
})
const context = await browser.newContext({ viewport: { width: 1200, height: 900 } })
await context.route('**', (route) => route.abort())
const page = await context.newPage()
const happened = []
page.on('request', (request) => happened.push(`request ${request.url()}`))
page.on('pageerror', (error) => happened.push(`error ${error.message}`))
page.on('popup', () => happened.push('popup'))
page.on('dialog', async (dialog) => {
  happened.push(`dialog ${dialog.message()}`)
  await dialog.dismiss()
})
const host = JSON.parse(
  readFileSync(path.join(installed, 'adaptivecards-designer/lib/hostConfigs/microsoft-teams-light.json')),
)

/** A page that can draw. */
async function fresh(html = '<!doctype html><meta charset="utf-8"><body><div class="card"></div>') {
  await page.setContent(html)
  await page.addScriptTag({ path: path.join(installed, 'adaptivecards/dist/adaptivecards.js') })
  await page.addScriptTag({ path: path.join(installed, 'markdown-it/dist/markdown-it.js') })
}

/** Draws a card into a place of the page, and says what is there then. */
function draw([card, host, place]) {
  const AC = globalThis.AdaptiveCards
  const reader = globalThis.markdownit({ html: true, linkify: true })
  AC.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = reader.render(text)
    result.didProcess = true
  }
  const drawn = new AC.AdaptiveCard()
  drawn.hostConfig = new AC.HostConfig(host)
  const reading = new AC.SerializationContext(AC.Versions.v1_5)
  drawn.parse(card, reading)
  const warnings = []
  for (let at = 0; at < reading.eventCount; at++) warnings.push(reading.getEventAt(at).message)
  const at = document.querySelector(place)
  at.replaceChildren(drawn.render())
  const all = [...at.querySelectorAll('*')]
  const lines = [...at.querySelectorAll('.ac-richTextBlock, .ac-textBlock')].filter((one) => !one.closest('label'))
  return {
    warnings,
    tags: [...new Set(all.map((one) => one.tagName))].sort(),
    handlers: all.flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith('on') || /href|src/.test(name)),
    held: lines.map((line) => line.textContent),
    seen: lines.map((line) => line.innerText),
    buttons: [...at.querySelectorAll('button')].map((one) => one.innerText),
    ticks: [...at.querySelectorAll('label')].map((one) => one.innerText),
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 300))

/** Draws the picture for the documentation. */
async function picture({ picture, asked, over }) {
  await fresh(frame)
  await page.evaluate(draw, [asked, host, '.wide .card'])
  await page.evaluate(draw, [over, host, '.phone .card'])
  await page.evaluate(() => document.querySelector('.wide input[type=checkbox]').click())
  await page.screenshot({ path: picture, fullPage: true })
  return {}
}

await fresh()
for await (const line of createInterface(process.stdin)) {
  const given = JSON.parse(line)
  let answer
  if (given.picture) {
    answer = await picture(given)
  } else {
    answer = { faults: faults(given), ...(await page.evaluate(draw, [given, host, '.card'])) }
    // What a picture that is not there would call, it calls a moment later.
    if (answer.tags.some((tag) => ['IMG', 'SCRIPT', 'IFRAME'].includes(tag))) await pause()
    answer.happened = happened.splice(0)
  }
  console.log(JSON.stringify(answer))
}
await pause()
await browser.close()
if (happened.length > 0) throw new Error(happened.join(', '))
