#!/usr/bin/env node
// Calls the fake Teams with Microsoft's own libraries, and has them verify what it sends: teams_client.mjs FAKE-TEAMS FOLDER,
// where `@microsoft/teams.apps` and `botframework-connector` are installed in FOLDER. What has to be printed stands in
// teams_client.txt: the table of tokens there is what our own validator is held against, which takes none that either refuses.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'

// What they think of what they refuse is not what is compared.
console.error = console.warn = () => {}

const folder = path.resolve(process.argv[3])
const require = createRequire(path.join(folder, 'package.json'))
const bf = require('botframework-connector')
const { ConversationClient, PUBLIC } = require('@microsoft/teams.api')
const { ServiceTokenValidator } = require(
  path.join(folder, 'node_modules/@microsoft/teams.apps/dist/middleware/auth/service-token-validator.js'),
)

const child = spawn(process.argv[2], { stdio: ['pipe', 'pipe', 'inherit'] })
const [line] = await once(createInterface(child.stdout), 'line')
const fake = JSON.parse(line)

/** Has the fake do something. */
async function control(what, args = {}) {
  const answer = await fetch(fake.control_url + what, { method: 'POST', body: JSON.stringify(args) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${what}: ${text}`)
  return JSON.parse(text)
}

/** Whether each library takes what has come, the newer one first. */
const validator = new ServiceTokenValidator(fake.bot, fake.tenant, undefined, undefined, {
  ...PUBLIC,
  openIdMetadataUrl: fake.metadata_url,
})
bf.ChannelValidation.OpenIdMetadataEndpoint = fake.metadata_url
const provider = new bf.SimpleCredentialProvider(fake.bot, 'unused')
const verdict = async (check) => {
  try {
    await check()
    return 'takes'
  } catch {
    return 'refuses'
  }
}
const button = { type: 'Action.Execute', title: 'Approve', verb: 'approve', data: { token: '1' } }
const content = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'ActionSet', actions: [button] }] }
let last
const bot = createServer(async (request, response) => {
  let body = ''
  for await (const piece of request) body += piece
  const activity = JSON.parse(body)
  const authorization = request.headers.authorization ?? ''
  last = [
    await verdict(() => validator.check(authorization, activity)),
    await verdict(async () => {
      const claims = await bf.JwtTokenValidation.authenticateRequest(activity, authorization, provider, '')
      if (!claims.isAuthenticated) throw new Error('nobody')
    }),
  ]
  response.writeHead(200, { 'content-type': 'application/json' })
  const type = 'application/vnd.microsoft.card.adaptive'
  response.end(JSON.stringify({ statusCode: 200, type, value: content }))
})
bot.listen(0, '127.0.0.1')
await once(bot, 'listening')
await control('endpoint', { url: `http://127.0.0.1:${bot.address().port}/api/messages` })

// As the bot: logs in, posts, changes, answers, and looks people up.
const login = new URLSearchParams({
  grant_type: 'client_credentials',
  client_id: fake.bot,
  client_secret: fake.bot_secret,
  scope: 'https://api.botframework.com/.default',
})
const token = (await (await fetch(fake.token_url, { method: 'POST', body: login })).json()).access_token
const card = {
  type: 'message',
  summary: 'Approve?',
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
}
const thread = { isGroup: true, channelData: { channel: { id: fake.deploys } }, activity: card }

const credentials = {
  signRequest: async (request) => {
    request.headers.set('Authorization', `Bearer ${token}`)
    return request
  },
}
const { conversations } = new bf.ConnectorClient(credentials, { baseUri: fake.service_url })
const old = await conversations.createConversation(thread)
await conversations.updateActivity(old.id, old.activityId, card)
await conversations.replyToActivity(old.id, old.activityId, { type: 'message', text: 'under it' })
const guest = await conversations.getConversationMember(old.id, fake.guest)
console.log('botframework-connector posts, changes, answers; a guest is', guest.userRole)
for (const [what, refused] of [
  ['where it is not', () => conversations.sendToConversation(fake.random, { type: 'message', text: 'x' })],
  ['what is not there', () => conversations.updateActivity(old.id, '1', card)],
]) {
  await refused().catch((error) => console.log('refused', what, error.statusCode, error.code))
}

const base = fake.service_url.replace(/\/$/, '')
const client = new ConversationClient(base, { headers: { Authorization: `Bearer ${token}` } })
const made = await client.create(thread)
await client.activities(made.id).update(made.activityId, card)
await client.activities(made.id).reply(made.activityId, { type: 'message', text: 'under it' })
const ada = await client.members(made.id).getById(fake.ada)
console.log('teams.apps posts, changes, answers; Ada is', ada.userRole)

// As the service: what the libraries make of what comes, `teams.apps` first.
const click = async (what, args = {}) => {
  last = undefined
  const answer = await control('click', {
    conversation: old.id, message: old.activityId, verb: 'approve', user: fake.ada, ...args,
  })
  console.log('token', what, ...(last ?? ['never sent', answer.status]))
}
const now = Math.floor(Date.now() / 1000)
await click('genuine')
await click('other aud', { claims: { aud: '99999999-0000-4000-8000-000000000000' } })
await click('aud of a bot by another name', { claims: { aud: `api://botid-${fake.bot}` } })
await click('other iss', { claims: { iss: 'https://sts.windows.net/x/' } })
await click('expired four minutes ago', { claims: { nbf: now - 3600, exp: now - 240 } })
await click('expired six minutes ago', { claims: { nbf: now - 3600, exp: now - 360 } })
await click('without exp', { claims: { exp: null } })
await click('from in six minutes', { claims: { nbf: now + 360, exp: now + 3600 } })
await click('without serviceurl', { claims: { serviceurl: null } })
await click('serviceUrl in camel case', { claims: { serviceurl: null, serviceUrl: fake.service_url } })
await click('other serviceurl', { claims: { serviceurl: 'http://127.0.0.1:1/' } })
await click('serviceurl without a slash', { claims: { serviceurl: base } })
await click('activity without serviceUrl', { activity: { serviceUrl: null } })
await click('activity of another channel', { activity: { channelId: 'webchat' } })
await click('unsigned', { token: 'unsigned' })
await click('HS256 with the public key', { token: 'hs256_of_public_key' })
await click('no token at all', { token: 'none' })
await click('alg RS384', { header: { alg: 'RS384' } })
await click('unknown kid', { header: { kid: 'nobody' } })
await control('rotate_keys')
await click('genuine, after the keys have changed')

child.stdin.end()
await once(child, 'exit')
console.log('ended', child.exitCode)
process.exit(0)
