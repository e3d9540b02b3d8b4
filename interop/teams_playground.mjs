#!/usr/bin/env node
// Microsoft's own playground for Teams apps shows our cards, and a browser presses their buttons:
// teams_playground.mjs EXAMPLE FOLDER CHROMIUM [PICTURE], where the example `teams` is built at EXAMPLE, and
// `@microsoft/m365agentsplayground` and `playwright-core` are installed in FOLDER. With PICTURE, that is what was seen.
//
// The playground sends no tokens, and takes none. So a proxy stands between, which is what stands in for Microsoft here: it
// lets the bot log in, says with which key it signs, signs each activity, and passes calls of the connector on. What the
// approver checks stays on. It also names people and tenants as Teams does, by GUIDs.
import { spawn } from 'node:child_process'
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { createServer as createProbe } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

const [example, folder, browserPath, picture] = process.argv.slice(2).map((arg) => path.resolve(arg))
const { chromium } = createRequire(path.join(folder, 'package.json'))('playwright-core')

const BOT = 'b07b07b0-3f5a-4c6d-8e2b-000000000001'
const SECRET = 'playground~secret'
const TOKEN = randomUUID()
const KEY = 'playground-key'

/** Everything that was started, to be ended whatever comes. */
const started = []
const home = mkdtempSync(path.join(tmpdir(), 'approvals-playground-'))

async function freePort() {
  const probe = createProbe().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

function must(is, what) {
  if (!is) throw new Error(`it must be so: ${what}`)
}

/** The playground's ids have one digit more than a GUID. */
const guid = (id) => id.replace(/^(0{8}-0{4}-0{4}-0{4}-)\d+(\d{12})$/, '$1$2')

const [proxyPort, botPort, playgroundPort] = [await freePort(), await freePort(), await freePort()]
const here = `http://127.0.0.1:${proxyPort}`
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A token for one activity, as Microsoft's. */
function signed(serviceurl) {
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: 'https://api.botframework.com', aud: BOT, nbf: now, exp: now + 3600, serviceurl }
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid: KEY })}.${part(claims)}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey).toString('base64url')}`
}

/** What the playground has told, before the bot ran. */
const early = []
let botRuns = false
const seen = { invokes: [], posts: 0, updates: 0 }

/** An activity as Teams would tell it. */
function told(activity) {
  activity.serviceUrl = `${here}/emea/`
  activity.recipient.id = `28:${BOT}`
  activity.conversation.id = `a:${activity.conversation.id}`
  activity.conversation.tenantId = guid(activity.conversation.tenantId)
  activity.channelData.tenant.id = guid(activity.channelData.tenant.id)
  if (activity.from?.aadObjectId) activity.from.aadObjectId = guid(activity.from.aadObjectId)
  for (const member of activity.membersAdded ?? []) {
    if (!member.aadObjectId) member.id = `28:${BOT}`
  }
  return activity
}

async function toBot(activity) {
  const answer = await fetch(`http://127.0.0.1:${botPort}/teams/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${signed(activity.serviceUrl)}` },
    body: JSON.stringify(activity),
  })
  const body = await answer.text()
  if (activity.type === 'invoke') seen.invokes.push({ status: answer.status, type: JSON.parse(body).type })
  return { status: answer.status, body }
}

/** A call of the connector, passed on to the playground. */
async function toPlayground(method, path, body) {
  const url = `http://127.0.0.1:${playgroundPort}/_connector${path}`
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: method === 'GET' ? undefined : body,
  })
  return { status: answer.status, body: await answer.text() }
}

/** Who somebody is, asked for as Teams has it: by their id in the directory. */
async function member(conversation, id) {
  const page = JSON.parse((await toPlayground('GET', `/v3/conversations/${conversation}/pagedmembers`)).body)
  const found = page.members.find((one) => one.aadObjectId && guid(one.aadObjectId) === id)
  if (!found) return { status: 404, body: '{"error":{"code":"MemberNotFoundInConversation"}}' }
  const account = { id: found.id, name: found.name, objectId: id, tenantId: tenant(), userRole: 'user' }
  return { status: 200, body: JSON.stringify(account) }
}

const tenant = () => early[0].conversation.tenantId

async function answered(request, body) {
  const { method, url } = request
  if (method === 'HEAD') return { status: 200, body: '' }
  if (url === '/api/messages') {
    const activity = told(JSON.parse(body))
    if (botRuns) return toBot(activity)
    early.push(activity)
    return { status: 200, body: '{}' }
  }
  if (url === '/v1/.well-known/openidconfiguration') {
    const metadata = { issuer: 'https://api.botframework.com', jwks_uri: `${here}/keys` }
    return { status: 200, body: JSON.stringify(metadata) }
  }
  if (url === '/keys') {
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: KEY, use: 'sig', endorsements: ['msteams'] }
    return { status: 200, body: JSON.stringify({ keys: [jwk] }) }
  }
  if (url.endsWith('/oauth2/v2.0/token')) {
    must(new URLSearchParams(body).get('client_secret') === SECRET, 'the bot logs in with its secret')
    return { status: 200, body: JSON.stringify({ token_type: 'Bearer', expires_in: 3600, access_token: TOKEN }) }
  }
  must(request.headers.authorization === `Bearer ${TOKEN}`, 'the connector is called with the token')
  const rest = url.match(/^\/[^/]+(\/v3\/.*)$/)[1].replace(/\/conversations\/a(:|%3A)/, '/conversations/')
  const asked = rest.match(/^\/v3\/conversations\/([^/]+)\/members\/([^/]+)$/)
  if (asked) return member(asked[1], decodeURIComponent(asked[2]))
  if (method === 'POST' && rest.includes('/activities')) seen.posts += 1
  if (method === 'PUT') seen.updates += 1
  return toPlayground(method, rest, body)
}

const proxy = createServer((request, response) => {
  let body = ''
  request.on('data', (data) => (body += data))
  request.on('end', async () => {
    try {
      const { status, body: answer } = await answered(request, body)
      response.writeHead(status, { 'content-type': 'application/json' }).end(answer)
    } catch (error) {
      response.writeHead(500).end(String(error))
      console.error(`${request.method} ${request.url}: ${error.stack}`)
    }
  })
})

/** The playground opens a window of its own, and listens to everybody: here, it does neither. */
function playground() {
  const nothing = path.join(home, 'xdg-open')
  writeFileSync(nothing, '#!/bin/sh\nexit 0\n')
  chmodSync(nothing, 0o700)
  const preload = path.join(home, 'loopback.cjs')
  const script = `const { Server } = require('node:net'); const { listen } = Server.prototype
    Server.prototype.listen = function (port, ...rest) {
      return isNaN(port) ? listen.call(this, port, ...rest)
        : listen.call(this, Number(port), '127.0.0.1', ...rest.filter((one) => typeof one === 'function')) }`
  writeFileSync(preload, script)
  const cli = path.join(folder, 'node_modules/@microsoft/m365agentsplayground/cli.js')
  const words = ['start', '-e', `${here}/api/messages`, '-c', 'msteams', '--dt', '-p', String(playgroundPort)]
  const env = { ...process.env, PATH: `${home}:${process.env.PATH}`, HOME: home, NODE_OPTIONS: `--require ${preload}` }
  started.push(spawn('node', [cli, ...words], { cwd: home, env, stdio: 'ignore' }))
}

async function until(what, look) {
  for (let tries = 0; tries < 300; tries += 1) {
    const found = await look()
    if (found) return found
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`waited in vain: ${what}`)
}

/** The agent of the example, whose reviewer is at the playground. What it says is kept. */
function agent() {
  const { conversation, from } = early[0]
  const env = {
    ...process.env,
    TEAMS_BOT_ID: BOT,
    TEAMS_CLIENT_SECRET: SECRET,
    TEAMS_TENANT_ID: tenant(),
    TEAMS_CONVERSATION: conversation.id,
    TEAMS_USER: `teams:${tenant()}/${from.aadObjectId}`,
    TEAMS_LISTEN: `127.0.0.1:${botPort}`,
    TEAMS_STAND_IN: here,
  }
  const child = spawn(example, [], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(child)
  const agent = { out: '', ended: once(child, 'exit') }
  child.stdout.on('data', (data) => (agent.out += data))
  return agent
}

/** The card that asks for this, in the browser, once its buttons are there. */
async function card(view, action) {
  const card = view.locator('.ac-adaptiveCard', { hasText: `Approve? ${action}` }).last()
  await card.getByRole('button', { name: 'Approve' }).waitFor({ timeout: 30_000 })
  return card
}

async function shows(view, text) {
  await view.locator('.ac-adaptiveCard', { hasText: text }).last().waitFor({ timeout: 30_000 })
}

async function main() {
  proxy.listen(proxyPort, '127.0.0.1')
  await once(proxy, 'listening')
  playground()
  const page = `http://127.0.0.1:${playgroundPort}`
  const serves = () => fetch(page).then((answer) => answer.ok).catch(() => false)
  await until('the playground serves', serves)
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })
  started.push({ kill: () => browser.close() })
  const view = await browser.newPage({ viewport: { width: 1500, height: 1250 } })
  await view.goto(page)
  await until('the app is added', () => early.length >= 2)
  const night = agent()
  await until('the endpoint serves', () => fetch(`http://127.0.0.1:${botPort}/`).then(() => true).catch(() => false))
  botRuns = true
  for (const activity of early) must((await toBot(activity)).status === 200, 'the bot hears that it was added')

  const first = await card(view, 'shop.customers.export')
  await first.getByRole('button', { name: 'Approve' }).click()
  await until('it is answered', () => seen.invokes.length === 1)
  must(!night.out.includes('ran: 2 customers'), 'without the box ticked, nothing is approved')
  await first.getByRole('checkbox').check()
  if (picture) await view.screenshot({ path: picture })
  await first.getByRole('button', { name: 'Approve' }).click()
  await shows(view, 'Done: shop.customers.export')
  console.log('approved with the box ticked, and not without')

  const second = await card(view, 'shop.schema.change')
  await second.getByRole('textbox').fill('keep that **with** the mailing {{DATE(2026-01-01)}}')
  await second.getByRole('button', { name: 'Reject' }).click()
  await shows(view, 'Rejected: shop.schema.change')
  await shows(view, 'keep that **with** the mailing {{DATE(2026-01-01)}}')
  console.log('rejected with a reason, which is shown as it was typed')

  await night.ended
  must(night.out.includes('ran: 2 customers'), 'what was approved ran')
  must(night.out.includes('did not run: u:you rejected this action: keep that **with**'), 'what was rejected did not')
  const buttons = await view.locator('.ac-adaptiveCard').getByRole('button', { name: 'Approve' }).count()
  must(buttons === 0, 'no card has buttons any more')
  must(seen.invokes.every(({ status }) => status === 200), 'each click was answered')
  must(seen.posts > 0 && seen.updates > 0, 'cards were posted and changed')
  console.log('the agent heard both, and no card can be pressed any more')
}

try {
  await main()
} finally {
  for (const one of started.reverse()) await one.kill()
  proxy.close()
  rmSync(home, { recursive: true, force: true })
}
