#!/usr/bin/env node
// Calls the fake Slack with the official client `@slack/bolt`: slack_client.mjs FAKE-SLACK FOLDER, where the client is
// installed in FOLDER. Prints the same lines as slack_client.py: a line of the one is what the other one must have seen, too.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'

const require = createRequire(path.resolve(process.argv[3], 'package.json'))
const { App, HTTPReceiver, LogLevel } = require('@slack/bolt')
const { WebClient } = require('@slack/web-api')

const PATIENCE = 20_000 // milliseconds

/** Has the fake do something. */
async function control(what, args = {}) {
  const answer = await fetch(fake.control_url + what, { method: 'POST', body: JSON.stringify(args) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${what}: ${text}`)
  return JSON.parse(text)
}

async function until(what, look) {
  const end = Date.now() + PATIENCE
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`)
    await new Promise((resume) => setTimeout(resume, 20))
  }
}

/** Truth values as Python writes them. */
function print(...words) {
  console.log(...words.map((word) => (typeof word === 'boolean' ? (word ? 'True' : 'False') : word)))
}

const words = (text) => ({ type: 'plain_text', text })

/** What a reviewer is shown; without buttons, what is left of it. */
function card(...buttons) {
  const said = { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'rm -rf <!channel> *all*' }] }
  const blocks = [{ type: 'header', text: words('Deploy?') }, { type: 'rich_text', elements: [said] }]
  const button = (name) => ({ type: 'button', action_id: name, value: `v1.${name}`, text: words(name) })
  if (buttons.length > 0) blocks.push({ type: 'actions', block_id: 'buttons', elements: buttons.map(button) })
  return blocks
}

function modal() {
  const asked = { type: 'plain_text_input', action_id: 'reason', multiline: true }
  return {
    type: 'modal', callback_id: 'why', title: words('Reject'), submit: words('Send'),
    blocks: [{ type: 'input', block_id: 'why', label: words('Why?'), element: asked }],
  }
}

async function refused(call, args) {
  try {
    await call(args)
  } catch (error) {
    if (error.code !== 'slack_webapi_platform_error') throw error
    return print('error', error.data.error)
  }
  throw new Error(`${JSON.stringify(args)} was taken`)
}

async function webApi(client) {
  const me = await client.auth.test()
  print('auth.test', me.team_id, me.user_id, me.bot_id, me.response_metadata.scopes.includes('chat:write'))
  const posted = await client.chat.postMessage({ channel: fake.deploys, text: 'Deploy?', blocks: card('approve') })
  const ts = posted.ts
  print('post', posted.channel, posted.message.blocks.length)
  const updated = await client.chat.update({ channel: fake.deploys, ts, text: 'Deployed', blocks: card() })
  print('update', updated.text, updated.ts === ts, (await control('messages', { channel: fake.deploys }))[0].blocks.length)
  await client.chat.postEphemeral({ channel: fake.deploys, user: fake.ada, text: 'Not <you>' })
  print('ephemeral', (await control('ephemerals', { user: fake.ada }))[0])
  const { user } = await client.users.info({ user: fake.ada })
  print('user', user.name, user.is_restricted, (await client.users.info({ user: fake.gone })).user.deleted)
  print('group', ...(await client.usergroups.users.list({ usergroup: fake.leads })).users)
  print('members', (await client.conversations.members({ channel: fake.deploys })).members.length)
  await client.chat.postMessage({ channel: fake.deploys, thread_ts: ts, text: 'Done' })
  const thread = await client.conversations.replies({ channel: fake.deploys, ts })
  print('replies', ...thread.messages.map((reply) => reply.text))

  const dividers = (count) => Array(count).fill({ type: 'divider' })
  await refused(client.chat.postMessage, { channel: 'C0NOWHERE', text: 'x' })
  await refused(client.chat.postMessage, { channel: fake.random, text: 'x' })
  await refused(client.chat.postMessage, { channel: fake.deploys, text: 'x', blocks: dividers(51) })
  await refused(client.chat.update, { channel: fake.deploys, ts, text: 'x', blocks: dividers(1) })
  await refused(client.chat.update, { channel: fake.deploys, ts: '1.000000', text: 'x' })
  await refused(client.users.info, { user: 'U0NOBODY' })
  await refused(client.usergroups.users.list, { usergroup: 'S0NONE' })
  await refused(client.views.open, { trigger_id: '1.2.guessed', view: modal() })
  await refused(new WebClient('xoxb-guessed', quietly).auth.test, {})
  await control('fault', { method: 'users.info', fault: 'error', error: 'fatal_error' })
  await refused(client.users.info, { user: fake.ada })
}

async function rateLimit(client) {
  const messages = async () => (await control('messages', { channel: fake.deploys })).length
  const before = await messages()
  await control('fault', { method: 'chat.postMessage', fault: 'too_many_requests', retry_after: '1' })
  const begun = performance.now()
  await client.chat.postMessage({ channel: fake.deploys, text: 'Later' })
  print('limited', performance.now() - begun >= 1000, (await messages()) - before)
}

function listen(app) {
  app.action('approve', async ({ ack, body, client }) => {
    await ack()
    const text = `Approved by ${body.user.id} with ${body.actions[0].value}`
    await client.chat.update({ channel: body.channel.id, ts: body.container.message_ts, text, blocks: card() })
  })
  app.action('reject', async ({ ack, body, client }) => {
    await ack()
    const view = { ...modal(), private_metadata: body.container.message_ts }
    await client.views.open({ trigger_id: body.trigger_id, view })
  })
  app.view('why', async ({ ack, body, view, client }) => {
    await ack()
    const text = `${body.user.id}: ${view.state.values.why.reason.value}`
    await client.chat.postMessage({ channel: fake.deploys, thread_ts: view.private_metadata, text })
  })
  return app
}

async function cardToClick(client) {
  const blocks = card('approve', 'reject')
  return (await client.chat.postMessage({ channel: fake.deploys, text: 'Deploy?', blocks })).ts
}

const click = (ts, action_id, how = {}) => control('click', { channel: fake.deploys, ts, action_id, user: fake.ada, ...how })

const shown = async (ts) => (await control('messages', { channel: fake.deploys })).find((message) => message.ts === ts)

async function approved(how, client) {
  const ts = await cardToClick(client)
  const answer = await click(ts, 'approve')
  const message = await until('the message is updated', async () => {
    const found = await shown(ts)
    return found.edits > 0 && found
  })
  print(how, 'click', answer.is_acked, message.text, message.blocks.length)
}

async function rejected(how, client) {
  const ts = await cardToClick(client)
  const before = (await control('views')).length
  const acked = (await click(ts, 'reject')).is_acked
  const view = await until('a modal is open', async () => (await control('views'))[before])
  const values = { why: { reason: { type: 'plain_text_input', value: 'too late' } } }
  const answer = await control('submit_view', { view: view.id, values })
  const reply = await until('the reason is told', async () =>
    (await control('messages', { channel: fake.deploys })).find((message) => message.thread_ts === ts))
  print(how, 'modal', acked, answer.is_acked, reply.text)
}

async function socketMode(client) {
  const app = listen(new App({
    token: fake.bot_token, appToken: fake.app_token, socketMode: true, logLevel: LogLevel.ERROR, clientOptions: quietly,
  }))
  await app.start()
  await control('connections', { until: 1 })
  await approved('socket', client)
  await rejected('socket', client)
  for (const [end, how] of [['disconnect', { reason: 'refresh_requested' }], ['drop_socket', {}]]) {
    const [old] = await control('connections')
    await control(end, { connection: old, ...how })
    await until('there is another socket', async () => {
      const now = await control('connections')
      return now.length > 0 && !now.includes(old)
    })
    print('socket', end)
    await approved('socket', client)
  }
  await app.stop()
}

async function http(client) {
  const logLevel = LogLevel.ERROR
  const receiver = new HTTPReceiver({ signingSecret: fake.signing_secret, logLevel: 'error' })
  const app = listen(new App({ token: fake.bot_token, receiver, logLevel, clientOptions: quietly }))
  const server = await app.start({ port: 0, host: '127.0.0.1' })
  await control('interactivity', { url: `http://127.0.0.1:${server.address().port}/slack/events` })
  await approved('http', client)
  await rejected('http', client)
  const ts = await cardToClick(client)
  for (const lie of [{ secret: '0'.repeat(32) }, { offset: -600 }]) {
    print('http forged', (await click(ts, 'approve', lie)).status, (await shown(ts)).edits)
  }
  await app.stop()
}

const program = spawn(path.resolve(process.argv[2]), { stdio: ['pipe', 'pipe', 'inherit'] })
const [line] = await once(createInterface(program.stdout), 'line')
const fake = JSON.parse(line)
const quietly = { slackApiUrl: fake.api_url, logLevel: LogLevel.ERROR }
const client = new WebClient(fake.bot_token, quietly)
await webApi(client)
await rateLimit(client)
await socketMode(client)
await http(client)
program.stdin.end()
const [code] = await once(program, 'exit')
print('ended', code)
process.exit(code)
