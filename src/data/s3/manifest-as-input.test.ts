import { CreateProcessingJobCommand, DescribeProcessingJobCommand } from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import { eventually, LAB, NODE_IMAGE, openLab } from '../../engine/services/sagemaker/testing.ts'
import { withEngine } from '../../engine/testing.ts'
import { keyFilter } from './key-filter.ts'
import { writeManifest } from './manifest.ts'
import { openTransfer } from './transfer.ts'

const SCRIPT = `
const { readdirSync, writeFileSync } = require('node:fs')
const base = process.env.SAGEMAKER_BASE_DIR
writeFileSync(base + '/output/message', readdirSync(base + '/processing/input', { recursive: true }).sort().join(' '))
`

test('a job whose input is the manifest gets the files that it names, and no other', async () => {
  await withEngine(async (engine) => {
    const lab = await openLab(engine)
    for (const key of ['f01/a.jpg', 'f01/b "ü".jpg', 'f01/notes.md']) await lab.put(`raw/${key}`, key)
    const filter = keyFilter({ suffixes: ['.jpg'] })
    await writeManifest(openTransfer(lab.s3), `${LAB}/raw`, `${LAB}/lists/raw.manifest`, 's3', filter)
    await lab.sagemaker.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: 'reads-a-manifest',
        RoleArn: lab.roleArn,
        ProcessingResources: { ClusterConfig: { InstanceType: 'ml.t3.medium', InstanceCount: 1, VolumeSizeInGB: 1 } },
        AppSpecification: { ImageUri: NODE_IMAGE, ContainerEntrypoint: ['node', '-e', SCRIPT] },
        ProcessingInputs: [
          {
            InputName: 'input',
            S3Input: {
              S3Uri: `${LAB}/lists/raw.manifest`,
              LocalPath: '/opt/ml/processing/input',
              S3DataType: 'ManifestFile',
              S3InputMode: 'File',
            },
          },
        ],
      }),
    )
    const ended = await eventually(
      () => lab.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: 'reads-a-manifest' })),
      ({ ProcessingJobStatus }) => !['InProgress', 'Stopping'].includes(ProcessingJobStatus ?? ''),
    )
    expect([ended.ProcessingJobStatus, ended.FailureReason]).toEqual(['Completed', undefined])
    expect(ended.ExitMessage).toBe('f01 f01/a.jpg f01/b "ü".jpg')
  })
})
