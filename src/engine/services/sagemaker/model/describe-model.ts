import type { DescribeModelInput, DescribeModelOutput } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { onResource } from '../permissions.ts'
import { getModel } from './record.ts'
import type { ModelRecord } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModel.html */
export const describeModel = operation<Checked<DescribeModelInput>, DescribeModelOutput>({
  permissions: (input, call) => [onResource(call, 'DescribeModel', 'model', input.ModelName)],
  handle: (input, { engine }) => describedModel(getModel(engine, input.ModelName)),
})

/** What Describe answers; pipeline steps read the same. */
export function describedModel(model: ModelRecord): DescribeModelOutput {
  return { ...model.request, ModelArn: model.arn, CreationTime: model.createdAt }
}
