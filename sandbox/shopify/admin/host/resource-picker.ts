import type { HostConfig, Question, Resource } from '../messages.ts'
import { make } from './make.ts'

type Wanted = Extract<Question, { about: 'resources' }>

/** Shows products or variants to choose from. Gives the chosen ones, or undefined when the person closes it. */
export async function pickResources({ store }: HostConfig, wanted: Wanted): Promise<Resource[] | undefined> {
  const answer = await fetch(`/store/${store}/resources?type=${wanted.resource}`)
  const all: Resource[] = await answer.json()
  const dialog = make('dialog', { className: 'picker' })
  dialog.setAttribute('aria-label', `Add ${wanted.resource}s`)
  const list = make('div', { className: 'picker-list' })
  const search = make('input', { type: 'search', placeholder: `Search ${wanted.resource}s`, value: wanted.search })
  const draw = () => list.replaceChildren(...all.filter(matching(search.value)).map((r) => choice(r, wanted.multiple)))
  search.oninput = draw
  draw()

  const done = make('button', { className: 'primary', value: 'done' }, wanted.action === 'add' ? 'Add' : 'Select')
  const form = make('form', { method: 'dialog' }, search, list, make('button', { value: '' }, 'Cancel'), done)
  dialog.append(form)
  document.body.append(dialog)
  dialog.showModal()
  await new Promise((closed) => dialog.addEventListener('close', closed))
  dialog.remove()
  if (dialog.returnValue !== 'done') return undefined
  const ids = new Set(new FormData(form).getAll('chosen'))
  return all.filter(({ id }) => ids.has(id))
}

function matching(search: string): (resource: Resource) => boolean {
  const words = search.toLowerCase().split(/\s+/)
  return ({ title }) => words.every((word) => title.toLowerCase().includes(word))
}

function choice({ id, title }: Resource, multiple: boolean): HTMLElement {
  const box = make('input', { type: multiple ? 'checkbox' : 'radio', name: 'chosen', value: id })
  return make('label', {}, box, ` ${title}`)
}
