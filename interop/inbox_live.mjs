#!/usr/bin/env node
// Lives a day at a real queue in a real browser: inbox_live.mjs FOLDER APPROVALS CHROMIUM [PICTURES], where what
// `inbox-pages/package.json` names is installed in FOLDER, and APPROVALS is the program. It sets a queue up in an empty folder,
// enrols a passkey of a virtual authenticator, sees requests arrive, approves one with the passkey, rejects one with a
// reason, lets one expire while it is open, decides one in two windows, and loses and finds the server again. Each page is given
// to axe. At the end the log is verified by the program. Writes pictures into PICTURES, if that is named.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

const [folder, approvals, executablePath, pictures] = process.argv.slice(2)
const require = createRequire(path.join(path.resolve(folder, 'node_modules'), 'x.js'))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const failures = []
function must(holds, what) {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}`)
  if (!holds) failures.push(what)
}

// ---- the queue ----

const home = mkdtempSync(path.join(tmpdir(), 'approvals-live-'))
const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address()
    probe.close(() => resolve(port))
  })
})
const url = `http://localhost:${port}`

function program(...words) {
  const ran = spawnSync(path.resolve(approvals), words, { cwd: home, encoding: 'utf8' })
  return { status: ran.status, text: ran.stdout + ran.stderr }
}

let server
async function serve() {
  server = spawn(path.resolve(approvals), ['serve'], { cwd: home, stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve, reject) => {
    server.stdout.once('data', resolve)
    server.once('exit', (status) => reject(new Error(`the server ended with ${status}`)))
  })
  for (let tries = 0; tries < 100; tries += 1) {
    const ready = await fetch(`${url}/readyz`).catch(() => null)
    if (ready?.ok) return
    await pause(100)
  }
  throw new Error('the server is not ready')
}

function end(signal) {
  return new Promise((resolve) => {
    server.once('exit', resolve)
    server.kill(signal)
  })
}

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis))

const begun = program('init', '--url', url, '--listen', `127.0.0.1:${port}`, '--name', 'mira')
must(begun.status === 0, '`approvals init` sets a queue up in an empty folder')
const link = begun.text.match(/http:\/\/localhost:\d+\/enrol#apr_inv_\S+/)?.[0]
const token = begun.text.match(/apr_req_\S+/)?.[0]
must(Boolean(link && token), 'and prints an invitation and a token')
await serve()

let asked = 0
async function ask(action, more = {}) {
  asked += 1
  const answer = await fetch(`${url}/v1/requests`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': `"live-${asked}"`.replaceAll('"', ''),
    },
    body: JSON.stringify({ action, arguments: { number: asked }, reason: 'A test wants to.', ...more }),
  })
  const told = await answer.json()
  if (!answer.ok) throw new Error(JSON.stringify(told))
  return told.id
}

async function state(id) {
  const answer = await fetch(`${url}/v1/requests/${id}`, { headers: { authorization: `Bearer ${token}` } })
  return answer.json()
}

// ---- the browser ----

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
const page = await context.newPage()
const complaints = []
function watch(one) {
  one.on('console', (message) => {
    const isOurs = message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())
    if (isOurs) complaints.push(message.text())
  })
  one.on('pageerror', (error) => complaints.push(String(error)))
}
watch(page)

const devtools = await context.newCDPSession(page)
await devtools.send('WebAuthn.enable')
const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
  options: {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  },
})

async function looks(one, name) {
  // Only the judge gets around the policy about content.
  await one.evaluate((source) => {
    globalThis.trustedTypes?.createPolicy?.('default', { createScript: (text) => text })
    const script = document.createElement('script')
    script.textContent = source
  }, '').catch(() => {})
  const world = await context.newCDPSession(one)
  const { frameTree } = await world.send('Page.getFrameTree')
  const { executionContextId } = await world.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id })
  await world.send('Runtime.evaluate', { expression: axe, contextId: executionContextId })
  const { result } = await world.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => JSON.stringify(violations.map((one) => [one.id, one.nodes.map((node) => node.html)])))`,
    contextId: executionContextId,
    awaitPromise: true,
    returnByValue: true,
  })
  const found = JSON.parse(result.value ?? 'null')
  must(Array.isArray(found) && found.length === 0, `axe finds nothing on ${name} ${found?.length ? JSON.stringify(found) : ''}`)
  if (pictures) {
    mkdirSync(pictures, { recursive: true })
    await one.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true })
  }
}

const text = (one) => one.locator('main').innerText()
async function until(what, holds, patience = 15000) {
  const from = Date.now()
  for (;;) {
    if (await holds().catch(() => false)) return must(true, what)
    if (Date.now() - from > patience) return must(false, what)
    await pause(100)
  }
}

try {
  // ---- the door ----
  await page.goto(url)
  must(new URL(page.url()).pathname === '/login', 'whoever is not signed in is shown the door')
  await looks(page, 'login')

  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.goto(link)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await until('a passkey whose user is not verified is not enrolled', async () => (await page.getByRole('alert').innerText()).length > 10)
  await looks(page, 'enrol')
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })

  await page.goto('about:blank')
  await page.goto(link)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await until('a passkey is enrolled by the invitation', async () => new URL(page.url()).pathname === '/')
  await until('and whoever has enrolled it is signed in', async () => (await text(page)).includes('Nothing waits for you'))
  await looks(page, 'inbox-empty')

  // ---- a request arrives, and is approved with the passkey ----
  const first = await ask('demo.deploy', { resource: 'prod/checkout', summary: 'Deploy version 7' })
  await until('a request appears while the inbox is open', async () => (await text(page)).includes('demo.deploy'))
  await looks(page, 'inbox')
  await page.getByRole('link', { name: /demo\.deploy/ }).first().click()
  await until('its page is open', async () => page.url().endsWith(`/requests/${first}`))
  await looks(page, 'request')
  await page.getByText('Approve…').click()
  await page.getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Sign and approve' }).click()
  await until('it is approved with the passkey', async () => (await state(first)).phase === 'granted')
  await until('and the page says so', async () => /Approved|approved|granted/i.test(await text(page)))
  await looks(page, 'approved')
  const shown = program('show', first)
  must(shown.text.includes('the reviewer signed it, with a key of their own'), '`approvals show` tells that the reviewer has signed it')

  // ---- one is rejected, with a reason ----
  const second = await ask('demo.drop', { resource: 'prod/customers' })
  await page.goto(`${url}/requests/${second}`)
  await page.getByText('Reject…').click()
  await page.getByLabel(/Reason/).last().fill('Not on a Friday.')
  await page.getByRole('button', { name: 'Reject' }).click()
  await until('it is rejected', async () => (await state(second)).phase === 'ended')
  const rejected = JSON.stringify(await state(second))
  must(rejected.includes('Not on a Friday.'), 'and the agent reads why')
  await looks(page, 'rejected')

  // ---- one expires while it is open ----
  const third = await ask('demo.wait', { expires_after_ms: 4000 })
  await page.goto(`${url}/requests/${third}`)
  await until('a request that expires while it is open says so', async () => /over/i.test(await page.locator('[data-panel-note]').innerText()))
  const isShut = () => page.evaluate(() => document.querySelector('[data-choices]').inert)
  must(await isShut(), 'and can be decided no more')

  // ---- one is decided in two windows ----
  const fourth = await ask('demo.twice')
  const other = await context.newPage()
  watch(other)
  await page.goto(`${url}/requests/${fourth}`)
  await other.goto(`${url}/requests/${fourth}`)
  await other.getByText('Reject…').click()
  await other.getByLabel(/Reason/).last().fill('From the other window.')
  await page.getByText('Reject…').click()
  await page.getByLabel(/Reason/).last().fill('From this window.')
  await page.getByRole('button', { name: 'Reject' }).click()
  await until('one window decides', async () => (await state(fourth)).phase === 'ended')
  await until('and the other one says so by itself', async () => /decided|reject/i.test(await other.locator('[data-panel-note]').innerText().catch(() => text(other))))
  must(JSON.stringify(await state(fourth)).includes('From this window.'), 'the first decision stands')
  await other.close()

  // ---- the server goes, and comes back ----
  await page.goto(url)
  const fifth = await ask('demo.restart')
  await until('something waits', async () => (await text(page)).includes('demo.restart'))
  await end('SIGKILL')
  await until('the page says that the connection is lost', async () => /lost|Reconnect|connect/i.test(await page.locator('[data-banner]').innerText()), 30000)
  await serve()
  must((await state(fifth)).phase === 'pending', 'what was asked before the server was killed still waits')
  must((await state(first)).phase === 'granted', 'and what was decided is decided')
  await page.goto(url)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await until('one signs in again with the passkey', async () => (await text(page)).includes('demo.restart'))

  // ---- looking back ----
  await page.goto(`${url}/history`)
  await until('the history has what is over', async () => (await text(page)).includes('demo.drop'))
  await looks(page, 'history')
  await page.goto(`${url}/history?q=drop&outcome=rejected`)
  must(!(await text(page)).includes('demo.twice') && (await text(page)).includes('demo.drop'), 'and is searched')
  await page.goto(`${url}/account`)
  await looks(page, 'account')
  await page.goto(`${url}/requests/${first}`)
  await page.locator('summary, button').filter({ hasText: /verify|check/i }).first().click()
  await until('the browser checks that all of it is in the log', async () => /holds|in the log|verified/i.test(await page.locator('[data-verify], .verify, main').last().innerText()))
  await looks(page, 'verified')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await until('one signs out', async () => /signed out/i.test(await text(page)))
  await page.goto(url)
  must(new URL(page.url()).pathname === '/login', 'and is out')
} catch (error) {
  must(false, `the day comes to its end: ${error.stack ?? error}`)
  if (pictures) {
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: path.join(pictures, 'failure.png'), fullPage: true }).catch(() => {})
  }
}
await browser.close()
await end('SIGTERM')
const verified = program('log', 'verify', 'approvals.db')
must(verified.status === 0, `the log verifies ${verified.status ? verified.text : ''}`)
must(complaints.length === 0, `no page complains ${complaints.join(' | ')}`)
rmSync(home, { recursive: true })
if (failures.length) {
  console.error(`${failures.length} did not hold`)
  process.exit(1)
}
