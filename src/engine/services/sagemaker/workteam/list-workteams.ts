import type { ListWorkteamsRequest, ListWorkteamsResponse } from '@aws-sdk/client-sagemaker'
import { operation } from '../../../wire/operation.ts'
import type { Checked } from '../checked.ts'
import { listPage } from '../listing.ts'
import { onAll } from '../permissions.ts'
import { workteamDescription, workteams } from './record.ts'

/** @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListWorkteams.html */
export const listWorkteams = operation<Checked<ListWorkteamsRequest>, ListWorkteamsResponse>({
  permissions: () => [onAll('ListWorkteams')],
  handle: ({ SortBy, ...input }, { engine }) => {
    const rows = workteams(engine).list()
    const sortBy = SortBy === 'Name' ? 'Name' : 'CreationTime'
    const order = { sortOrder: 'Ascending' } as const
    const { page, NextToken } = listPage(rows, ({ value }) => value, { ...input, SortBy: sortBy }, order)
    return { NextToken, Workteams: page.map(({ value }) => workteamDescription(engine, value)) }
  },
})
