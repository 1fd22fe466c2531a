/** The script of the admin page that has the app in it. */
import type { FrameSays, HostConfig, Question } from '../messages.ts'
import { appFrame, sessionToken } from './app-frame.ts'
import { appMenu, bars, toasts } from './bars.ts'
import { place } from './make.ts'
import { pickResources } from './resource-picker.ts'

const config: HostConfig = JSON.parse(place('host-config').textContent ?? '')
const frame = appFrame(config, place('app'))
const { titleBar, saveBar, mayLeave } = bars(config, frame)
const menu = appMenu(config, frame, mayLeave)
const toast = toasts(frame)

const answers = {
  idToken: () => sessionToken(config),
  leave: leaveOrNever,
  resources: (question: Extract<Question, { about: 'resources' }>) => pickResources(config, question),
}

/** As in Shopify, a person who stays leaves the app's promise waiting. */
function leaveOrNever(): Promise<true> {
  return mayLeave() ? Promise.resolve(true) : new Promise(() => {})
}

function answer(question: Question): Promise<unknown> {
  if (question.about === 'resources') return answers.resources(question)
  return answers[question.about]()
}

function heard(message: FrameSays): void {
  switch (message.bridge) {
    case 'ask':
      void answer(message.question).then((result) => frame.say({ bridge: 'answer', id: message.id, result }))
      return
    case 'path':
      return follow(message.path)
    case 'navMenu':
      return menu.show(message.items)
    case 'titleBar':
      return titleBar(message)
    case 'saveBar':
      return saveBar(message)
    case 'toast':
      return toast.show(message)
    case 'toastHide':
      return toast.hide(message.id)
    case 'loading':
      place('loading').hidden = !message.on
      return
    case 'admin':
      return lead(message)
  }
}

const signedIn = () => (new URLSearchParams(location.search).has('as') ? config.as : '')

function follow(path: string): void {
  const url = new URL(config.base + path, location.href)
  if (signedIn()) url.searchParams.set('as', signedIn())
  history.replaceState(null, '', url)
  menu.draw()
}

function lead({ path, newTab }: Extract<FrameSays, { bridge: 'admin' }>): void {
  const url = new URL(`/store/${config.store}${path}`, location.href)
  if (signedIn()) url.searchParams.set('as', signedIn())
  if (newTab) window.open(url)
  else if (mayLeave()) location.assign(url)
}

frame.hear(heard)
void frame.open()
