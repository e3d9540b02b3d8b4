#!/usr/bin/env node
// Has Microsoft's own check look at the manifest of the app: teams_manifest.mjs MANIFEST FOLDER, where `@microsoft/app-manifest`
// is installed in FOLDER; the schemas that it holds it against are in there. What has to be printed stands in teams_manifest.txt.
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

globalThis.fetch = () => {
  throw new Error('nothing is to be fetched')
}

const folder = path.resolve(process.argv[3])
const require = createRequire(path.join(folder, 'package.json'))
const { AppManifestUtils } = require('@microsoft/app-manifest')
const manifest = JSON.parse(readFileSync(process.argv[2], 'utf8'))

/** What the check has to say; nothing, where all is well. */
const check = (manifest) => AppManifestUtils.validateAgainstSchema(manifest)

console.log(manifest.manifestVersion, await check(manifest))

// The same in every later version.
const schemas = path.join(folder, 'node_modules/@microsoft/app-manifest/build/json-schemas/teams')
const minor = (version) => Number(/^v1\.(\d+)$/.exec(version)?.[1] ?? -1)
const [, ours] = manifest.manifestVersion.split('.').map(Number)
const later = readdirSync(schemas).map(minor).filter((version) => version > ours)
const refused = []
for (const version of later) {
  const $schema = manifest.$schema.replace(`v1.${ours}/`, `v1.${version}/`)
  const said = await check({ ...manifest, $schema, manifestVersion: `1.${version}` })
  if (said.length > 0) refused.push([version, said])
}
console.log(later.length, 'later versions refuse', refused)

// What it must refuse.
for (const [what, plant] of [
  ['a long name', (m) => (m.name.short = 'x'.repeat(31))],
  ['a long name of a developer', (m) => (m.developer.name = 'x'.repeat(33))],
  ['no privacy statement', (m) => delete m.developer.privacyUrl],
  ['a website that is none', (m) => (m.developer.websiteUrl = 'example.com')],
  ['a long address', (m) => (m.developer.termsOfUseUrl = `https://a.example/${'x'.repeat(2048)}`)],
  ['no icons', (m) => delete m.icons],
  ['a color by its name', (m) => (m.accentColor = 'green')],
  ['an id that is none', (m) => (m.id = 'approvals')],
  ['a bot that is none', (m) => (m.bots[0].botId = 'bot')],
  ['a scope that is none', (m) => (m.bots[0].scopes = ['everywhere'])],
  ['two bots', (m) => m.bots.push(m.bots[0])],
  ['a field that is none', (m) => (m.surprise = true)],
  ['another version', (m) => (m.manifestVersion = '1.16')],
]) {
  const planted = structuredClone(manifest)
  plant(planted)
  const said = await check(planted)
  console.log(what, said.length > 0 ? 'is refused' : 'IS TAKEN')
}
