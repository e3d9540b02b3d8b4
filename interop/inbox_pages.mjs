#!/usr/bin/env node
// Opens every page of the inbox in Chromium: inbox_pages.mjs FOLDER PAGES CHROMIUM [PICTURES], where what
// `inbox-pages/package.json` names is installed in FOLDER, and PAGES holds what the test `every_page_renders…` wrote. Each page
// is served with the policy about content that the queue has, opened light and dark, on a desktop and on a phone, and
// given to axe. Then the scripts are tried: a lost connection, a request that is decided elsewhere, one whose time is over,
// keys, themes, a proof that holds and one that does not. Writes the pictures into PICTURES, if that is named.
import { createServer } from 'node:http'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const [folder, pages, executablePath, pictures] = process.argv.slice(2)
const require = createRequire(path.join(path.resolve(folder, 'node_modules'), 'x.js'))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const scene = JSON.parse(readFileSync(path.join(pages, 'scene.json')))
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' }

const failures = []
function must(holds, what) {
  if (!holds) failures.push(what)
}

// ---- a queue that only shows ----

const streams = new Set()
let away = false
let served = {}
let evidence = scene.evidence

function tell(event, data) {
  for (const stream of streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

const posted = []
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  if (pathname === '/events') {
    if (away) return response.writeHead(503).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    streams.add(response)
    response.on('close', () => streams.delete(response))
    return response.write('event: hello\ndata: {}\n\n')
  }
  if (request.method === 'POST') {
    posted.push(pathname)
    return response.writeHead(409, { 'content-type': 'application/problem+json' }).end('{"title":"no","detail":"it is over"}')
  }
  if (pathname.endsWith('/evidence')) return response.writeHead(200, { 'content-type': 'application/json' }).end(evidence)
  const isFile = pathname.startsWith('/assets/')
  const name = isFile ? pathname.slice(1) : `${served[pathname] ?? pathname.slice(1)}.html`
  try {
    const bytes = readFileSync(path.join(pages, name))
    response.writeHead(200, { 'content-type': `${TYPES[path.extname(name)]}; charset=utf-8`, 'content-security-policy': POLICY })
    response.end(bytes)
  } catch {
    response.writeHead(404).end()
  }
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://localhost:${server.address().port}`

const browser = await chromium.launch({
  executablePath,
  chromiumSandbox: process.getuid() !== 0,
  args: ['--disable-gpu', '--font-render-hinting=none'],
})

// ---- looks ----

const SCREENS = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } }

async function opened(name, { scheme = 'light', screen = 'desktop', script = true, at = scene.now } = {}) {
  const context = await browser.newContext({
    viewport: SCREENS[screen] ?? screen,
    colorScheme: scheme,
    deviceScaleFactor: screen === 'phone' ? 2 : 1,
    javaScriptEnabled: script,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const where = `${name} (${scheme}, ${typeof screen === 'string' ? screen : 'picture'})`
  page.on('console', (said) => {
    if (['error', 'warning'].includes(said.type()) && !away && !/409/.test(said.text())) failures.push(`${where}: ${said.text()}`)
  })
  page.on('pageerror', (error) => failures.push(`${where}: ${error.message}`))
  if (script) await page.clock.setFixedTime(new Date(at))
  await page.goto(`${origin}/${name}`)
  if (script) await page.waitForFunction(() => !document.querySelector('[data-theme-switch]').hidden)
  return { page, where, close: () => context.close() }
}

/** What axe has against the page as it is. */
async function judge(page, where) {
  await page.evaluate(axe)
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  )
  for (const { id, nodes } of found.violations) {
    for (const node of nodes) failures.push(`${where}: ${id}: ${node.target.join(' ')}: ${node.failureSummary.replaceAll('\n', ' ')}`)
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  must(wide <= 0, `${where}: ${wide} pixels too wide`)
}

if (pictures) mkdirSync(pictures, { recursive: true })
const looked = process.env.INBOX_LOOK?.split(',') ?? scene.pages
for (const name of looked) {
  for (const scheme of ['light', 'dark']) {
    for (const screen of ['desktop', 'phone']) {
      const { page, where, close } = await opened(name, { scheme, screen })
      await judge(page, where)
      if (pictures) await page.screenshot({ path: path.join(pictures, `${name}-${scheme}-${screen}.png`), fullPage: true })
      // With every form open.
      if ((await page.locator('details').count()) > 0) {
        await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)))
        await judge(page, `${where}, open`)
        if (pictures && name.startsWith('request')) await page.screenshot({ path: path.join(pictures, `${name}-${scheme}-${screen}-open.png`), fullPage: true })
      }
      await close()
    }
  }
}

// ---- behaviour ----

const row = (id) => `[data-row="${id}"]`
served = { '/': 'inbox' }

async function keys() {
  const { page, close } = await opened('inbox')
  const focused = () => page.evaluate(() => document.activeElement.closest('[data-row]')?.dataset.row)
  await page.keyboard.press('j')
  const first = await focused()
  await page.keyboard.press('j')
  const second = await focused()
  must(first && second && first !== second, 'j goes from request to request')
  await page.keyboard.press('k')
  must((await focused()) === first, 'k goes back')
  await page.keyboard.press('?')
  must(await page.locator('dialog[open]').isVisible(), '? shows the keys')
  await page.keyboard.press('Escape')
  await close()
  const request = await opened('request')
  for (const key of ['a', 'r', 'Enter', 'y', 'n', ' ']) {
    await request.page.keyboard.press(key)
    await request.page.evaluate(() => document.activeElement.blur())
  }
  must(posted.length === 0, 'no key decides anything')
  must((await request.page.locator('details[open]').count()) === 2, 'a and r open the forms')
  await request.close()
}

async function themes() {
  const { page, close } = await opened('inbox')
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const light = await ground()
  const press = () => page.locator('[data-theme-switch]').click()
  await press()
  await press()
  const dark = await ground()
  must(light !== dark, 'the switch changes the theme')
  await page.reload()
  must((await ground()) === dark, 'the theme is kept')
  await close()
}

async function live() {
  served = { '/inbox': 'inbox-empty' }
  const { page, close } = await opened('inbox')
  must((await page.locator('[data-row]').count()) === 0, 'nothing waits at first')
  await page.waitForTimeout(300)
  served = {}
  tell('changed', { request: scene.request, phase: 'pending' })
  await page.locator(row(scene.request)).waitFor({ timeout: 5000 })
  must(/new requests|New:/.test(await page.locator('[data-banner]').innerText()), 'what arrives is announced')
  must((await page.title()).startsWith('(6)'), 'the title counts')
  away = true
  for (const stream of streams) stream.destroy()
  await page.locator('[data-banner][data-kind="lost"]').waitFor({ timeout: 5000 })
  if (pictures) await page.screenshot({ path: path.join(pictures, 'lost.png') })
  away = false
  await page.locator('[data-banner][data-kind="back"]').waitFor({ timeout: 20_000 })
  await close()
}

async function decidedElsewhere() {
  served = { [`/requests/${scene.request}`]: 'request' }
  const { page, close } = await opened('request')
  await page.keyboard.press('r')
  await page.waitForTimeout(300)
  tell('changed', { request: 'another', phase: 'ended' })
  tell('changed', { request: scene.request, phase: 'granted' })
  await page.locator('[data-panel][data-off]').waitFor({ timeout: 5000 })
  must(/decided meanwhile/.test(await page.locator('[data-panel-note]').innerText()), 'it says that somebody has decided')
  must(await page.locator('[data-panel] button').first().isDisabled(), 'nothing can be sent any more')
  await judge(page, 'a panel that is off')
  if (pictures) await page.screenshot({ path: path.join(pictures, 'off.png') })
  await close()
}

async function timeOver() {
  const { page, close } = await opened('request', { at: new Date(Date.parse(scene.due) - 30_000).toISOString() })
  must(/Less than a minute/.test(await page.locator('[data-panel-note]').innerText()), 'the last minute is announced')
  await page.clock.setFixedTime(new Date(Date.parse(scene.due) + 1000))
  await page.locator('[data-panel][data-off]').waitFor({ timeout: 5000 })
  must(/time to decide is over/.test(await page.locator('[data-panel-note]').innerText()), 'it says that the time is over')
  await close()
}

async function paper() {
  const { page, close } = await opened('request')
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  must((await page.locator('time').allInnerTexts()).every((text) => /^\d{4}-/.test(text)), 'on paper, times are exact')
  await close()
}

async function proofs() {
  const { page, close } = await opened('request')
  const verify = async () => {
    await page.locator('[data-verify-start]').click()
    await page.locator('.holds, .fails').waitFor({ timeout: 5000 })
    return page.locator('[data-verify-result]').innerText()
  }
  const told = await verify()
  must(/It holds/.test(told), `a proof that holds: ${told}`)
  if (pictures) await page.locator('.verify').screenshot({ path: path.join(pictures, 'verify.png') })
  const turned = (text) => (text[5] === 'A' ? 'B' : 'A')
  const changes = {
    leaf: (all) => (all.entries[0].leaf = Buffer.from(Buffer.from(all.entries[0].leaf, 'base64').toString().replace('s3.export', 's3.import')).toString('base64')),
    path: (all) => (all.entries[0].path[0] = all.entries[0].path[0].replace(/^.{6}/, (text) => text.slice(0, 5) + turned(text))),
    'short path': (all) => all.entries[0].path.pop(),
    index: (all) => (all.entries[0].index += 1),
    order: (all) => all.entries.reverse(),
    root: (all) => (all.checkpoint = all.checkpoint.replace(/\n(.{5})(.)(.*)\n\n/, (_all, start, letter, rest) => `\n${start}${letter === 'A' ? 'B' : 'A'}${rest}\n\n`)),
    origin: (all) => (all.checkpoint = all.checkpoint.replace('example.org', 'example.com')),
    key: (all) => (all.key = all.key.replace(/\+[0-9a-f]{8}\+/, '+00000000+')),
    nothing: (all) => (all.entries = []),
  }
  for (const [name, change] of Object.entries(changes)) {
    const all = JSON.parse(scene.evidence)
    change(all)
    evidence = JSON.stringify(all)
    must(/does NOT hold/.test(await verify()), `a proof with another ${name}`)
  }
  evidence = scene.evidence
  await close()
}

async function withoutScript() {
  for (const name of ['inbox', 'request-attested', 'history']) {
    const { page, close } = await opened(name, { script: false })
    must((await page.locator('[data-theme-switch]').isVisible()) === false, `${name}: no switch without its script`)
    if (name === 'request-attested') {
      await page.locator('details.reject summary').click()
      must(await page.locator('details.reject button').isEnabled(), 'a form without a passkey needs no script')
    }
    await close()
  }
}

async function enrolment() {
  for (const [address, said] of [['enrol#apr_inv_x', /is here/], ['enrol', /no invitation/]]) {
    const { page, close } = await opened(address)
    must(said.test(await page.locator('[data-invited]').innerText()), `${address}: it says so`)
    must(!page.url().includes('apr_inv'), 'the invitation leaves the address')
    await close()
  }
}

/** The pictures for the documentation. */
async function documentation() {
  const heights = { inbox: 960, request: 1170 }
  for (const scheme of ['light', 'dark']) {
    for (const name of ['inbox', 'request']) {
      const { page, close } = await opened(name, { scheme, screen: { width: 1100, height: heights[name] } })
      if (name === 'request') await page.locator('.approve summary').click()
      await page.evaluate(() => document.activeElement.blur())
      await page.mouse.move(0, 0)
      const called = name === 'inbox' ? `inbox-${scheme}` : `inbox-${name}-${scheme}`
      await page.screenshot({ path: path.join(pictures, `${called}.png`) })
      await close()
    }
  }
}

for (const part of [keys, themes, live, decidedElsewhere, timeOver, paper, proofs, withoutScript, enrolment]) {
  try {
    await part()
  } catch (error) {
    failures.push(`${part.name}: ${error.message}`)
  }
}
if (pictures) await documentation()
await browser.close()
server.closeAllConnections()
server.close()
if (failures.length > 0) {
  console.error([...new Set(failures)].join('\n'))
  process.exitCode = 1
} else {
  console.log(`${scene.pages.length} pages, light and dark, wide and narrow: nothing is wrong with them`)
}
