import type { ListWorkforcesRequest, ListWorkforcesResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { workforceDescription, workforces } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListWorkforces.html */
export const listWorkforces = operation<Checked<ListWorkforcesRequest>, ListWorkforcesResponse>({
  permissions: () => [onAll('ListWorkforces')],
  handle: ({ SortBy, ...input }, { engine }) => {
    const rows = workforces(engine).list()
    const sortBy = SortBy === 'Name' ? 'Name' : 'CreationTime'
    const { page, NextToken } = listPage(rows, ({ value }) => value, { ...input, SortBy: sortBy })
    return { NextToken, Workforces: page.map(({ value }) => workforceDescription(value)) }
  },
})
