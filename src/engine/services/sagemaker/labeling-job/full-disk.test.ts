import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeLabelingJobCommand } from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import { openPortalSource } from '../../../../label/tasks/portal-source.ts'
import { startTestEngine } from '../../../testing.ts'
import { openLab } from '../testing.ts'
import { beginLabelling, labelingRequest, labellingEnd, outputLines, prepareLabelling } from './testing.ts'

test('on a full disk answers are taken, and the job waits for room instead of failing', async () => {
  const home = await mkdtemp(join(tmpdir(), 'skyloop-label-full-'))
  try {
    const before = await startTestEngine({ home })
    const prepared = await openLab(before)
    await prepareLabelling(prepared)
    await beginLabelling(prepared, labelingRequest(prepared, 'survey'))
    await before.stop()

    // No object can be stored: more is to stay free than any disk has.
    const full = await startTestEngine({ home, diskReserveBytes: 2 ** 60 })
    const lab = await openLab({ clientConfiguration: full.clientConfiguration })
    const source = await openPortalSource(lab.sagemaker, 'survey')
    const answer = { annotatedResult: { boundingBoxes: [], inputImageProperties: { width: 64, height: 48 } } }
    for (let task = await source.claim('ana'); task; task = await source.claim('ana')) await source.submit(task, answer)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await lab.sagemaker.send(new DescribeLabelingJobCommand({ LabelingJobName: 'survey' }))).toMatchObject({
      LabelingJobStatus: 'InProgress',
      LabelCounters: { TotalLabeled: 0, Unlabeled: 3 },
    })
    await full.stop()

    const after = await startTestEngine({ home })
    const room = await openLab({ clientConfiguration: after.clientConfiguration })
    expect(await labellingEnd(room, 'survey')).toMatchObject({
      LabelingJobStatus: 'Completed',
      LabelCounters: { TotalLabeled: 3, Unlabeled: 0 },
    })
    expect(await outputLines(room, 'survey')).toHaveLength(3)
    await after.stop()
  } finally {
    await rm(home, { recursive: true, force: true })
  }
})
