// Checks in this browser that the events of a request are in the log: the hash of each entry (RFC 6962), its path to the root,
// and the signature over that root (C2SP checkpoint and signed note, Ed25519).

const text = new TextEncoder()
const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at])
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)))

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export class Wrong extends Error {}

function must(holds, words) {
  if (!holds) throw new Wrong(words)
}

/** The verifier key: `name+id+base64(0x01 ‖ key)`, where the id is the hash of the name and the key. */
export async function readKey(line) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line) ?? []
  must(encoded, 'the verifier key is malformed')
  const key = bytesOf(encoded)
  must(key.length === 33 && key[0] === 1, 'the verifier key is no Ed25519 key')
  const hash = await sha256(text.encode(`${name}\n`), key)
  const expected = Array.from(hash.slice(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('')
  must(expected === id, 'the id of the verifier key does not belong to it')
  return { name, id: hash.slice(0, 4), key: key.slice(1) }
}

/** The head that the key signed. */
export async function openCheckpoint(note, { name, id, key }) {
  const end = note.lastIndexOf('\n\n')
  must(end >= 0 && note.endsWith('\n'), 'the checkpoint is no signed note')
  const body = note.slice(0, end + 1)
  const lines = note.slice(end + 2, -1).split('\n')
  const signatures = lines.map((line) => {
    const [, by, encoded] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? []
    must(encoded, 'a signature line is malformed')
    return { by, bytes: bytesOf(encoded) }
  })
  const ours = signatures.filter((line) => line.by === name && same(line.bytes.slice(0, 4), id))
  must(ours.length === 1, 'the checkpoint is not signed by this key')
  const imported = await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify'])
  const holds = await crypto.subtle.verify({ name: 'Ed25519' }, imported, ours[0].bytes.slice(4), text.encode(body))
  must(holds, 'the signature of the checkpoint is not by this key')
  const [origin, size, root] = body.split('\n')
  must(origin === name, 'the checkpoint is of another log')
  must(/^(0|[1-9][0-9]{0,14})$/.test(size), 'the size of the log is malformed')
  const hash = bytesOf(root)
  must(hash.length === 32, 'the root is malformed')
  return { origin, size: Number(size), root: hash }
}

/** The root that an entry and its path lead to (RFC 9162, 2.1.3.2). */
export async function rootOf(entry, index, size, path) {
  must(Number.isSafeInteger(index) && index >= 0 && index < size, 'an entry stands outside of the log')
  // Numbers up to 2^53: shifts of JavaScript only know 32 bits.
  const half = (number) => Math.floor(number / 2)
  let [at, last] = [index, size - 1]
  let hash = await sha256(Uint8Array.of(0), entry)
  for (const sibling of path) {
    must(sibling.length === 32 && last > 0, 'a path is malformed')
    if (at % 2 === 1 || at === last) {
      hash = await sha256(Uint8Array.of(1), sibling, hash)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      hash = await sha256(Uint8Array.of(1), hash, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  must(last === 0, 'a path is too short')
  return hash
}

/** What the evidence shows, or an error that says what does not hold. */
export async function check(evidence, request) {
  const key = await readKey(evidence.key)
  const head = await openCheckpoint(evidence.checkpoint, key)
  must(evidence.entries.length > 0, 'there is no entry to check')
  const kinds = []
  let before = -1
  for (const { index, leaf, path } of evidence.entries) {
    must(index > before, 'the entries are not in their order')
    before = index
    const entry = bytesOf(leaf)
    const root = await rootOf(entry, index, head.size, path.map(bytesOf))
    must(same(root, head.root), `entry ${index} is not in the log that was signed`)
    const event = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(entry))
    must(event.request === request, `entry ${index} is about another request`)
    kinds.push({ index, kind: typeof event.what === 'string' ? event.what : Object.keys(event.what)[0] })
  }
  return { ...head, kinds }
}

function line(tag, words) {
  const element = document.createElement(tag)
  element.textContent = words
  return element
}

async function run(panel) {
  const [result, button] = [panel.querySelector('[data-verify-result]'), panel.querySelector('[data-verify-start]')]
  button.disabled = true
  result.replaceChildren(line('p', 'Checking…'))
  try {
    const answer = await fetch(panel.dataset.verify, { headers: { accept: 'application/json' }, credentials: 'same-origin' })
    if (!answer.ok) throw new Wrong(`the server answered with ${answer.status}`)
    const evidence = await answer.json()
    const { size, origin, kinds } = await check(evidence, panel.dataset.of)
    const list = document.createElement('ul')
    for (const { index, kind } of kinds) list.append(line('li', `entry ${index}: ${kind}`))
    const verdict = line('p', `It holds. ${kinds.length} entries of this request are in the log ${origin}, under a signed head of ${size} entries.`)
    verdict.className = 'holds'
    const key = line('p', 'The key, to compare with yours: ')
    key.append(line('code', evidence.key))
    result.replaceChildren(verdict, list, key)
  } catch (error) {
    const isOld = error.name === 'NotSupportedError'
    const words = isOld
      ? 'This browser does not know Ed25519, so it cannot check the signature. Use a newer one, or the command line.'
      : `It does NOT hold: ${error instanceof Wrong ? error.message : 'the evidence cannot be read'}.`
    const told = line('p', words)
    told.className = isOld ? '' : 'fails'
    result.replaceChildren(told)
  } finally {
    button.disabled = false
  }
}

if (globalThis.document) {
  for (const panel of document.querySelectorAll('[data-verify]')) {
    const button = panel.querySelector('[data-verify-start]')
    button.hidden = false
    button.addEventListener('click', () => run(panel))
  }
}
