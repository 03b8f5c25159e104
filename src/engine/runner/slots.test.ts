import { expect, test } from 'vitest'
import { createSlots, slotsOfInstanceType } from './slots.ts'

const never = new AbortController().signal

test('slots are given in order, and a wide request is not starved by narrow ones behind it', async () => {
  const slots = createSlots(2)
  const order: string[] = []
  const take = async (name: string, need: number) => {
    const release = await slots.acquire({ slots: need, signal: never })
    order.push(name)
    return release
  }
  const first = await take('first', 1)
  const wide = take('wide', 2)
  const narrow = take('narrow', 1)
  await Promise.resolve()
  expect(order).toEqual(['first'])
  first()
  ;(await wide)()
  ;(await narrow)()
  expect(order).toEqual(['first', 'wide', 'narrow'])
})

test('a lane has one holder at a time, and those who wait for it hold up nobody else', async () => {
  const slots = createSlots(4)
  const order: string[] = []
  const take = (name: string, lane?: string) =>
    slots.acquire({ slots: 1, lane, signal: never }).then((release) => {
      order.push(name)
      return release
    })
  const one = await take('training 1', 'training')
  const two = take('training 2', 'training')
  await take('processing')
  expect(order).toEqual(['training 1', 'processing'])
  one()
  await two
  expect(order).toEqual(['training 1', 'processing', 'training 2'])
})

test('an aborted request leaves the queue', async () => {
  const slots = createSlots(1)
  const release = await slots.acquire({ slots: 1, signal: never })
  const controller = new AbortController()
  const waiting = slots.acquire({ slots: 1, signal: controller.signal })
  controller.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
  release()
  expect(() => release()).toThrow('released twice')
  ;(await slots.acquire({ slots: 5, signal: never }))()
})

test.each([
  ['ml.t3.medium', 1],
  ['ml.m5.xlarge', 1],
  ['ml.g5.12xlarge', 12],
  ['local', 1],
])('%s takes %i slot(s)', (type, slots) => {
  expect(slotsOfInstanceType(type)).toBe(slots)
})
