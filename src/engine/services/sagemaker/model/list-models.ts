import type { ListModelsInput, ListModelsOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { models } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModels.html */
export const listModels = operation<Checked<ListModelsInput>, ListModelsOutput>({
  permissions: () => [onAll('ListModels')],
  handle: (input, { engine }) => {
    const rows = models(engine)
      .list()
      .map(({ value }) => value)
    const { page, NextToken } = listPage(rows, (model) => ({ ...model, modifiedAt: model.createdAt }), input)
    return {
      NextToken,
      Models: page.map(({ name, arn, createdAt }) => ({ ModelName: name, ModelArn: arn, CreationTime: createdAt })),
    }
  },
})
