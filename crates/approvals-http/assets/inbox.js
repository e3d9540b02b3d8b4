// What pages do by themselves: they stay live, tell time, and listen to keys. Nothing here decides anything. Text from the
// server is only ever put in as text; a fresh list is a page of the server's own, read as a document in which no script runs.

const all = (selector, root = document) => [...root.querySelectorAll(selector)]
const one = (selector, root = document) => root.querySelector(selector)

/** How far the server's clock is ahead of this one, in milliseconds. */
let ahead = 0
const now = () => Date.now() + ahead

// ---- theme ----

const themes = ['auto', 'light', 'dark']
const switcher = one('[data-theme-switch]')

function showTheme() {
  one('span', switcher).textContent = document.documentElement.dataset.theme ?? 'auto'
}

switcher.hidden = false
switcher.addEventListener('click', () => {
  const current = document.documentElement.dataset.theme ?? 'auto'
  const next = themes[(themes.indexOf(current) + 1) % themes.length]
  if (next === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = next
  try {
    if (next === 'auto') localStorage.removeItem('theme')
    else localStorage.setItem('theme', next)
  } catch {
    // It holds for this page, then.
  }
  showTheme()
})
showTheme()

// ---- time ----

const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

function relative(moment) {
  const seconds = Math.round((moment - now()) / 1000)
  const size = Math.abs(seconds)
  if (size < 45) return seconds > 0 ? 'in a moment' : 'just now'
  if (size < 3600) return ago.format(Math.round(seconds / 60), 'minute')
  if (size < 86_400) return ago.format(Math.round(seconds / 3600), 'hour')
  if (size < 30 * 86_400) return ago.format(Math.round(seconds / 86_400), 'day')
  return null
}

function left(moment) {
  const seconds = Math.max(0, Math.ceil((moment - now()) / 1000))
  if (seconds === 0) return 'time is over'
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  if (hours >= 48) return `${Math.floor(hours / 24)} days left`
  if (hours > 0) return `${hours} h ${minutes} min left`
  return `${minutes}:${String(seconds % 60).padStart(2, '0')} left`
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/** On paper, time stands still. */
function still() {
  for (const time of all('time[data-relative], time[data-countdown]')) put(time, time.dateTime)
  for (const label of all('[data-ends-label]')) put(label, label.dataset.endsLabel)
}

function tick() {
  for (const time of all('time[data-relative], time[data-countdown]')) {
    time.title ||= time.dateTime
    const moment = Date.parse(time.dateTime)
    const text = 'countdown' in time.dataset ? left(moment) : relative(moment)
    if (text !== null) put(time, text)
  }
  for (const label of all('[data-ends-label]')) {
    label.dataset.endsLabel ||= label.textContent
    put(label, '')
  }
  for (const panel of all('[data-panel][data-due]')) {
    const over = Date.parse(panel.dataset.due) - now()
    if (over <= 0) turnOff(panel, 'The time to decide is over. ')
    else if (over < 60_000 && !panel.dataset.warned) {
      panel.dataset.warned = 'true'
      tell(panel, 'Less than a minute is left. ')
    }
  }
}

// ---- the place where one decides ----

function again(words) {
  const link = document.createElement('a')
  link.href = location.pathname + location.search
  link.textContent = words
  return link
}

function tell(panel, words) {
  one('[data-panel-note]', panel)?.replaceChildren(words)
}

/** Nothing can be decided there any more. */
function turnOff(panel, words) {
  if (panel.dataset.off) return
  panel.dataset.off = 'true'
  for (const control of all('button, input, textarea', panel)) control.disabled = true
  for (const choice of all('details', panel)) choice.open = false
  const choices = one('[data-choices]', panel)
  if (choices) choices.inert = true
  one('[data-panel-note]', panel)?.replaceChildren(words, again('Show how it stands'))
}

for (const form of all('form[method="post"]')) {
  // Sent once, however often its button is pressed.
  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'true'
  })
}
// A page that the browser kept is shown as it was left.
addEventListener('pageshow', (event) => event.persisted && location.reload())

// ---- live ----

const banner = one('[data-banner]')

function say(words, kind = '') {
  banner.dataset.kind = kind
  banner.replaceChildren(words)
}

/** A page of this server, as a document. */
function load(address) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.responseType = 'document'
    request.open('GET', address)
    request.onload = () => (request.status === 200 && request.response ? resolve(request.response) : reject(new Error()))
    request.onerror = reject
    request.send()
  })
}

const ids = (root) => all('[data-row]', root).map((row) => row.dataset.row)
let refreshing = false
let stale = false

/** The list as it is now, with the focus where it was. */
async function refreshList() {
  if (refreshing) {
    stale = true
    return
  }
  refreshing = true
  try {
    const fresh = await load(location.pathname)
    const [list, next] = [one('[data-live-list]'), one('[data-live-list]', fresh)]
    if (!next) return location.reload()
    const before = ids(list)
    const held = list.contains(document.activeElement)
      ? document.activeElement.closest('[data-row]')?.dataset.row
      : undefined
    const taken = document.adoptNode(next)
    list.replaceWith(taken)
    document.title = fresh.title
    const place = one('nav [aria-current]')
    const nextPlace = one('nav [aria-current]', fresh)
    if (place && nextPlace) place.replaceWith(document.adoptNode(nextPlace))
    tick()
    if (held) one(`[data-row="${CSS.escape(held)}"] [data-open]`)?.focus()
    const arrived = all('[data-row]', taken).filter((row) => !before.includes(row.dataset.row))
    for (const row of arrived) row.classList.add('fresh')
    const after = ids(taken)
    const gone = before.filter((id) => !after.includes(id)).length
    const said = []
    if (arrived.length === 1) said.push(`New: ${one('[data-open]', arrived[0]).textContent}.`)
    else if (arrived.length > 1) said.push(`${arrived.length} new requests.`)
    if (gone > 0) said.push(gone === 1 ? 'One was decided or is over.' : `${gone} were decided or are over.`)
    if (said.length > 0) say(said.join(' '))
  } catch {
    // The stream notices that the server is away, and asks again when it is back.
  } finally {
    refreshing = false
    if (stale) {
      stale = false
      refreshList()
    }
  }
}

function changed({ request, phase }) {
  for (const panel of all('[data-panel]').filter((panel) => panel.dataset.panel === request)) {
    if (phase === 'pending') {
      one('[data-panel-note]', panel)?.replaceChildren('Something has happened to this meanwhile. ', again('Show it'))
    } else {
      turnOff(panel, 'This has been decided meanwhile, or is over. ')
    }
  }
  if (one('[data-live-list]')) refreshList()
}

/** What is on this page may be older than what the server knows. */
async function catchUp() {
  if (one('[data-live-list]')) return refreshList()
  if (!one('[data-version]')) return
  try {
    const fresh = await load(location.pathname)
    for (const here of all('[data-version]')) {
      const there = all('[data-version]', fresh).find((one) => one.dataset.request === here.dataset.request)
      if (there && there.dataset.version !== here.dataset.version) {
        const isOpen = one(`[data-panel="${CSS.escape(here.dataset.request)}"][data-due]`, fresh) !== null
        changed({ request: here.dataset.request, phase: isOpen ? 'pending' : 'over' })
      }
    }
  } catch {
    // The next event tells.
  }
}

function listen(address) {
  let [wait, lost, pending] = [1000, false, 0]

  const open = () => {
    pending = 0
    const source = new EventSource(address)
    const fail = () => {
      source.close()
      if (pending) return
      if (!lost) say('Connection lost. What you see may be old; trying again…', 'lost')
      lost = true
      pending = setTimeout(open, wait * (0.75 + Math.random() / 2))
      wait = Math.min(wait * 2, 30_000)
    }
    const back = (event) => {
      wait = 1000
      const told = parse(event.data)
      const theirs = Date.parse(told?.now)
      if (Number.isFinite(theirs)) ahead = theirs - Date.now()
      if (lost) {
        lost = false
        say('Connected again.', 'back')
        catchUp()
      }
    }
    source.addEventListener('hello', back)
    source.addEventListener('changed', (event) => {
      const told = parse(event.data)
      if (typeof told?.request === 'string') changed(told)
    })
    source.onerror = fail
    addEventListener('offline', fail, { once: true })
  }
  open()
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

// ---- keys ----

const help = one('[data-help-dialog]')
const helper = one('[data-help]')
helper.hidden = false
helper.addEventListener('click', () => help.showModal())

function step(by) {
  const links = all('[data-open]')
  if (links.length === 0) return
  const row = document.activeElement?.closest('[data-row], .past')
  const at = links.findIndex((link) => link === document.activeElement || (row && row.contains(link)))
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)
  links[next].focus()
  links[next].closest('[data-row], .past')?.scrollIntoView({ block: 'nearest' })
}

/** Opens a form and goes to its first control. It decides nothing. */
function goTo(choice) {
  const near = document.activeElement?.closest('[data-request]') ?? document
  const place = one(`[data-choice="${choice}"]`, near)
  if (!place || place.closest('[inert]')) return
  place.open = true
  one('input:not([type="hidden"]), textarea', place)?.focus()
  place.scrollIntoView({ block: 'nearest' })
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  u: () => one('[data-up]')?.click(),
  a: () => goTo('approve'),
  r: () => goTo('reject'),
  '?': () => help.showModal(),
  '/': () => {
    const search = one('[data-search]')
    if (search) search.focus()
    else if (one('[aria-label="Pages"]')) location.assign('/history')
  },
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return
  if (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]')) return
  const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
  if (!act) return
  event.preventDefault()
  act()
})

// A form that an address leads to is opened.
for (const link of all('.jump a')) {
  link.addEventListener('click', () => all('[data-panel] details').length === 1 && (one('[data-panel] details').open = true))
}

tick()
setInterval(tick, 1000)
addEventListener('beforeprint', still)
addEventListener('afterprint', tick)
if (document.body.dataset.events) listen(document.body.dataset.events)
