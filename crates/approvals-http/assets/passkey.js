// Passkeys: enrol one, sign in with one, sign a decision with one. What is signed, the server has recorded before it asks;
// what comes back is checked there. Secrets never leave the device.

const one = (selector, root = document) => root.querySelector(selector)
const all = (selector, root = document) => [...root.querySelectorAll(selector)]

// ---- bytes ----

function toBytes(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer
}

function toText(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('')
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** What the server asks for, with bytes where the browser wants bytes. */
function options(asked) {
  const wanted = { ...(asked.publicKey ?? asked) }
  wanted.challenge = toBytes(wanted.challenge)
  if (wanted.user) wanted.user = { ...wanted.user, id: toBytes(wanted.user.id) }
  for (const list of ['allowCredentials', 'excludeCredentials']) {
    if (wanted[list]) wanted[list] = wanted[list].map((known) => ({ ...known, id: toBytes(known.id) }))
  }
  return wanted
}

/** What the passkey answers, with text where it has bytes. */
function answer(credential) {
  const response = {}
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (credential.response[name]) response[name] = toText(credential.response[name])
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports()
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    extensions: credential.getClientExtensionResults(),
    response,
  }
}

// ---- the server ----

/** Posts JSON, and returns what is answered. */
async function post(address, body, csrf) {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  if (csrf) headers['x-csrf-token'] = csrf
  const sent = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body), credentials: 'same-origin' })
  const text = await sent.text()
  const told = text ? parse(text) : {}
  if (!sent.ok) throw new Error(told?.detail ?? told?.title ?? `the server answered with ${sent.status}`)
  return told ?? {}
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const challengeOf = (asked) => (asked.publicKey ?? asked).challenge

/** Why it went wrong, in words for people. */
function why(error) {
  switch (error.name) {
    case 'NotAllowedError':
      return 'It was cancelled, or took too long. Nothing was sent; try again.'
    case 'InvalidStateError':
      return 'This device has a passkey for you already. Sign in with it.'
    case 'SecurityError':
      return 'The browser refuses passkeys at this address. Open the queue by the name that it is configured with.'
    case 'TypeError':
      return 'The server cannot be reached. Nothing was decided; try again.'
    default:
      return `That did not work: ${error.message}.`
  }
}

/** Does `act` when the form is sent, once at a time, and tells in the form what went wrong. */
function onSubmit(form, act) {
  const [button, problem] = [one('button', form), one('[data-problem]', form)]
  button.disabled = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (button.getAttribute('aria-busy') === 'true') return
    button.setAttribute('aria-busy', 'true')
    problem.textContent = ''
    try {
      await act()
    } catch (error) {
      problem.textContent = why(error)
    } finally {
      button.removeAttribute('aria-busy')
    }
  })
}

// ---- what it is for ----

async function decide(form) {
  const fields = new FormData(form)
  const said = { card: fields.get('card'), choice: fields.get('choice') }
  if (fields.get('reason')) said.reason = fields.get('reason')
  if (fields.get('confirm')) said.confirm = fields.get('confirm')
  const csrf = fields.get('csrf')
  const base = form.getAttribute('action').replace(/\/decide$/, '')
  const asked = await post(`${base}/challenge`, said, csrf)
  const credential = await navigator.credentials.get({ publicKey: options(asked) })
  const proof = answer(credential)
  await post(`${base}/decide-with-key`, { ...said, challenge: challengeOf(asked), proof }, csrf)
  location.reload()
}

async function login() {
  const asked = await post('/login/start', {})
  const credential = await navigator.credentials.get({ publicKey: options(asked) })
  await post('/login/finish', { challenge: challengeOf(asked), proof: answer(credential) })
  location.assign('/')
}

async function enrol(invitation) {
  const asked = await post('/enrol/start', { invitation })
  const credential = await navigator.credentials.create({ publicKey: options(asked) })
  await post('/enrol/finish', { invitation, challenge: challengeOf(asked), proof: answer(credential) })
  location.assign('/')
}

function start() {
  const forms = [...all('form[data-sign]'), ...all('form[data-login]'), ...all('form[data-enrol]')]
  if (!globalThis.PublicKeyCredential) {
    for (const form of forms) {
      one('[data-problem]', form).textContent = 'This browser has no passkeys here. Use a newer one, over HTTPS.'
    }
    return
  }
  for (const form of all('form[data-sign]')) onSubmit(form, () => decide(form))
  for (const form of all('form[data-login]')) onSubmit(form, login)
  for (const form of all('form[data-enrol]')) {
    // It is taken out of the address at once, so that it stays in no history.
    const invitation = location.hash.slice(1)
    history.replaceState(null, '', location.pathname)
    const told = one('[data-invited]', form)
    if (invitation) {
      told.textContent = 'Your invitation is here. Your device asks you to confirm that it is you.'
      onSubmit(form, () => enrol(invitation))
    } else {
      told.textContent = 'There is no invitation in this address. Open the whole link that you were given.'
    }
  }
}

start()
