import { describe, expect, test } from 'vitest'
import { moveInside, overlap, rectBetween, snapInside } from './box.ts'
import { searchClasses } from './class-search.ts'
import { handleAt, resize } from './handles.ts'
import { begin, record, redo, undo } from './history.ts'
import { boxAt } from './hit-test.ts'
import { ACTIONS, actionOf } from './keymap.ts'
import {
  acceptAll,
  acceptOne,
  addBox,
  addCopies,
  grow,
  neighbour,
  nudge,
  openSheet,
  proposals,
  rejectAll,
  rejectOne,
  relabel,
  remove,
  reshape,
} from './sheet.ts'
import { fit, frame, pan, toImage, toScreen, zoomAt } from './viewport.ts'

const SIZE = { width: 100, height: 80 }
const key = (name: string, held: { ctrl?: boolean; shift?: boolean; alt?: boolean; meta?: boolean } = {}) => ({
  key: name,
  ctrlKey: held.ctrl === true,
  shiftKey: held.shift === true,
  altKey: held.alt === true,
  metaKey: held.meta === true,
})

describe('a rectangle', () => {
  test('is the same from whichever corner it was drawn', () => {
    expect(rectBetween({ x: 30, y: 40 }, { x: 10, y: 5 })).toEqual({ x: 10, y: 5, w: 20, h: 35 })
  })
  test('gets whole pixels, and loses what lies outside the image', () => {
    expect(snapInside({ x: -5.2, y: 10.4, w: 20, h: 10.2 }, SIZE)).toEqual({ x: 0, y: 10, w: 15, h: 11 })
    expect(snapInside({ x: 99.9, y: 79.8, w: 0.1, h: 0.1 }, SIZE)).toEqual({ x: 99, y: 79, w: 1, h: 1 })
  })
  test('stops at the edge with its size when it is moved', () => {
    expect(moveInside({ x: 70, y: 5, w: 20, h: 10 }, 50, -50, SIZE)).toEqual({ x: 80, y: 0, w: 20, h: 10 })
  })
  test('overlaps another of half its area by a half', () => {
    expect(overlap({ x: 0, y: 0, w: 10, h: 10 }, { x: 0, y: 0, w: 10, h: 5 })).toBe(0.5)
    expect(overlap({ x: 0, y: 0, w: 10, h: 10 }, { x: 10, y: 0, w: 10, h: 10 })).toBe(0)
  })
})

describe('a handle', () => {
  const rect = { x: 20, y: 20, w: 40, h: 30 }
  test('is found within reach, the corner before the side', () => {
    expect(handleAt(rect, { x: 62, y: 52 }, 5)).toBe('se')
    expect(handleAt(rect, { x: 40, y: 17 }, 5)).toBe('n')
    expect(handleAt(rect, { x: 40, y: 35 }, 5)).toBeUndefined()
  })
  test('leaves the middle of a tiny box free to move it', () => {
    expect(handleAt({ x: 20, y: 20, w: 4, h: 4 }, { x: 22, y: 22 }, 5)).toBeUndefined()
    expect(handleAt({ x: 20, y: 20, w: 4, h: 4 }, { x: 18, y: 18 }, 5)).toBe('nw')
  })
  test.each([
    ['nw', { x: 10, y: 12, w: 50, h: 38 }],
    ['n', { x: 20, y: 12, w: 40, h: 38 }],
    ['ne', { x: 10, y: 12, w: 10, h: 38 }],
    ['e', { x: 10, y: 20, w: 10, h: 30 }],
    ['se', { x: 10, y: 12, w: 10, h: 8 }],
    ['s', { x: 20, y: 12, w: 40, h: 8 }],
    ['sw', { x: 10, y: 12, w: 50, h: 8 }],
    ['w', { x: 10, y: 20, w: 50, h: 30 }],
  ] as const)('%s moves its own sides to the pointer, also through the opposite side', (handle, expected) => {
    expect(resize(rect, handle, { x: 10, y: 12 }, SIZE)).toEqual(expected)
  })
  test('stops at the edge of the image', () => {
    expect(resize(rect, 'se', { x: 500, y: 500 }, SIZE)).toEqual({ x: 20, y: 20, w: 80, h: 60 })
  })
})

test('a click means the smallest box under it', () => {
  const { boxes } = openSheet([
    { x: 0, y: 0, w: 50, h: 50, label: 'bus' },
    { x: 10, y: 10, w: 10, h: 10, label: 'car' },
  ])
  expect(boxAt(boxes, { x: 15, y: 15 }, 0)?.label).toBe('car')
  expect(boxAt(boxes, { x: 40, y: 40 }, 0)?.label).toBe('bus')
  expect(boxAt(boxes, { x: 53, y: 40 }, 2)).toBeUndefined()
  expect(boxAt(boxes, { x: 51, y: 40 }, 2)?.label).toBe('bus')
})

describe('the view', () => {
  const image = { width: 5472, height: 3648 }
  const screen = { width: 1124, height: 824 }
  test('fitted has the whole image in the middle', () => {
    // (1124 - 24) / 5472 = 0.2010, (824 - 24) / 3648 = 0.2193
    const view = fit(image, screen)
    expect(view.scale).toBeCloseTo(1100 / 5472, 10)
    expect(toScreen(view, { x: 2736, y: 1824 })).toEqual({ x: 562, y: 412 })
  })
  test('zoomed keeps what is under the pointer', () => {
    const at = { x: 300, y: 200 }
    const before = fit(image, screen)
    const after = zoomAt(before, 3, at, image, screen)
    expect(after.scale).toBeCloseTo(before.scale * 3, 10)
    expect(toImage(after, at).x).toBeCloseTo(toImage(before, at).x, 6)
    expect(toImage(after, at).y).toBeCloseTo(toImage(before, at).y, 6)
  })
  test('never loses the image', () => {
    const far = pan(fit(image, screen), 1e6, -1e6, image, screen)
    expect(toScreen(far, { x: 0, y: 0 }).x).toBe(1124 - 80)
    expect(toScreen(far, { x: 0, y: 3648 }).y).toBeCloseTo(80, 6)
    expect(zoomAt(fit(image, screen), 1e-9, { x: 0, y: 0 }, image, screen).scale).toBeCloseTo(550 / 5472, 10)
    expect(zoomAt(fit(image, screen), 1e9, { x: 0, y: 0 }, image, screen).scale).toBe(40)
  })
  test('of one box is not closer than it is told', () => {
    expect(frame({ x: 10, y: 10, w: 5, h: 5 }, screen, 8).scale).toBe(8)
  })
})

test('undo and redo walk through what was done; a new edit forgets what was undone', () => {
  let history = record(record(begin('a'), 'b'), 'c')
  history = undo(history)
  expect(history.present).toBe('b')
  expect(redo(history).present).toBe('c')
  history = record(history, 'd')
  expect(redo(history).present).toBe('d')
  expect(undo(undo(undo(history))).present).toBe('a')
})

describe('boxes', () => {
  const two = openSheet([
    { x: 10, y: 10, w: 10, h: 10, label: 'car', proposed: true, confidence: 0.4 },
    { x: 40, y: 40, w: 10, h: 10, label: 'bus', proposed: true },
  ])
  test('proposed end at the edge of the image, those outside of it are left out, and a person’s own are not touched', () => {
    const given = [
      { x: 90, y: 10, w: 30, h: 10, label: 'car', proposed: true },
      { x: 120, y: 10, w: 30, h: 10, label: 'car', proposed: true },
      { x: 90, y: 10, w: 30, h: 10, label: 'car' },
    ]
    expect(openSheet(given, SIZE).boxes.map(({ id, x, w }) => [id, x, w])).toEqual([
      [1, 90, 10],
      [2, 90, 30],
    ])
  })
  test('drawn are selected, and bear the class', () => {
    const sheet = addBox(openSheet([]), { x: 1.4, y: 2, w: 10, h: 10 }, 'car', SIZE)
    expect(sheet.boxes).toEqual([{ id: 1, x: 1, y: 2, w: 10, h: 10, label: 'car', proposed: false }])
    expect(sheet.selectedId).toBe(1)
  })
  test('proposed are accepted one by one, each leading to the next', () => {
    const one = acceptOne(two, 1)
    expect(proposals(one).map(({ id }) => id)).toEqual([2])
    expect(one.selectedId).toBe(2)
    expect(proposals(acceptOne(one, 2))).toEqual([])
  })
  test('proposed are rejected one by one or all together, and nothing else is', () => {
    const drawn = addBox(two, { x: 0, y: 0, w: 5, h: 5 }, 'car', SIZE)
    expect(rejectOne(drawn, 1).boxes.map(({ id }) => id)).toEqual([2, 3])
    expect(rejectOne(drawn, 1).selectedId).toBe(2)
    expect(rejectAll(drawn).boxes.map(({ id }) => id)).toEqual([3])
    expect(acceptAll(drawn).boxes.map(({ proposed }) => proposed)).toEqual([false, false, false])
  })
  test.each([
    ['moved', nudge(two, 1, 1, 0, SIZE)],
    ['resized', grow(two, 1, 0, 1, SIZE)],
    ['dragged', reshape(two, 1, { x: 11, y: 10, w: 10, h: 10 }, SIZE)],
    ['renamed', relabel(two, 1, 'bus')],
  ])('%s by a person are the person’s own', (_how, sheet) => {
    expect(proposals(sheet).map(({ id }) => id)).toEqual([2])
  })
  test('only clicked stay proposals', () => {
    expect(proposals(reshape(two, 1, { x: 10, y: 10, w: 10, h: 10 }, SIZE))).toHaveLength(2)
  })
  test('deleted select their neighbour', () => {
    const sheet = { ...two, selectedId: 1 }
    expect(remove(sheet, 1)).toMatchObject({ selectedId: 2 })
    expect(remove({ ...two, selectedId: 2 }, 2)).toMatchObject({ selectedId: 1 })
  })
  test('copied from another image come once, and end at the edge', () => {
    const copies = [
      { x: 10, y: 10, w: 10, h: 10, label: 'car' },
      { x: 95, y: 70, w: 20, h: 20, label: 'car' },
      { x: 200, y: 70, w: 20, h: 20, label: 'car' },
    ]
    const sheet = addCopies(openSheet(copies.slice(0, 1)), copies, SIZE)
    expect(sheet.boxes.map(({ x, w }) => [x, w])).toEqual([
      [10, 10],
      [95, 5],
    ])
  })
  test('are walked through in a circle', () => {
    expect(neighbour(two, 1)).toBe(1)
    expect(neighbour({ ...two, selectedId: 2 }, 1)).toBe(1)
    expect(neighbour({ ...two, selectedId: 1 }, -1)).toBe(2)
  })
})

describe('a key', () => {
  test('does one thing each', () => {
    const keys = Object.values(ACTIONS).flatMap((action) => action.keys as readonly string[])
    expect(new Set(keys).size).toBe(keys.length)
  })
  test.each([
    [key('a'), 'accept'],
    [key('A', { shift: true }), 'acceptAll'],
    [key('?', { shift: true }), 'help'],
    [key('+', { shift: true }), 'zoomIn'],
    [key('z', { ctrl: true }), 'undo'],
    [key('Z', { ctrl: true, shift: true }), 'redo'],
    [key('z', { meta: true }), 'undo'],
    [key('z'), 'zoomToBox'],
    [key('Enter', { ctrl: true }), 'submit'],
    [key('Enter'), undefined],
    [key('a', { alt: true }), undefined],
    [key('a', { ctrl: true }), undefined],
  ])('%o is %s', (press, action) => {
    expect(actionOf(press)).toBe(action)
  })
})

test('classes are found by any part of their name, beginnings first', () => {
  expect(searchClasses(['minibus', 'Bus', 'car'], 'bu')).toEqual(['Bus', 'minibus'])
  expect(searchClasses(['minibus', 'car'], '')).toEqual(['minibus', 'car'])
})
