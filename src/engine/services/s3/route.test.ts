import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { wireRequest } from '../../wire/http-request.ts'
import { keyAfterPrefix } from './object-table.ts'
import { routeOf, targetOf } from './route.ts'

const request = (method: string, url: string, headers: Record<string, string> = {}) =>
  wireRequest({ method, url, headers: { host: '127.0.0.1:4600', ...headers } } as unknown as IncomingMessage)

describe('the target of a request', () => {
  test.each([
    ['/', '127.0.0.1:4600', '', ''],
    ['/bucket', '127.0.0.1:4600', 'bucket', ''],
    ['/bucket/', 'localhost:4600', 'bucket', ''],
    ['/bucket/a%2Fb/c%20d?x', '127.0.0.1:4600', 'bucket', 'a/b/c d'],
    ['/a/b', 'bucket.localhost:4600', 'bucket', 'a/b'],
    ['/a', 'my.bucket.s3.us-east-1.amazonaws.com', 'my.bucket', 'a'],
    ['/bucket/a', 's3.us-east-1.amazonaws.com', 'bucket', 'a'],
  ])('%s at %s is bucket "%s", key "%s"', (url, host, bucket, key) => {
    expect(targetOf(request('GET', url, { host }))).toEqual({ bucket, key })
  })

  test('that cannot be read, or is too long, is refused', () => {
    expect(() => targetOf(request('GET', '/b/%E0%A4%A'))).toThrow("Couldn't parse the specified URI.")
    expect(() => targetOf(request('GET', `/b/${'k'.repeat(1025)}`))).toThrow('Your key is too long')
  })
})

describe('the route of a request', () => {
  const route = (method: string, url: string, headers?: Record<string, string>) =>
    routeOf(request(method, url, headers), targetOf(request(method, url, headers)))

  test('depends on target, method, parameters and headers', () => {
    expect(route('GET', '/')).toBe('ListBuckets')
    expect(route('GET', '/b?list-type=2&prefix=uploads')).toBe('ListObjectsV2')
    expect(route('GET', '/b?prefix=x')).toBe('ListObjects')
    expect(route('PUT', '/b/k?partNumber=1&uploadId=u')).toBe('UploadPart')
    expect(route('PUT', '/b/k?partNumber=1&uploadId=u', { 'x-amz-copy-source': 'b/c' })).toBe('UploadPartCopy')
    expect(route('PUT', '/b/k', { 'x-amz-copy-source': 'b/c' })).toBe('CopyObject')
    expect(route('POST', '/b?delete')).toBe('DeleteObjects')
  })

  test('is refused by name where there is none, never taken for the plain operation', () => {
    expect(() => route('PUT', '/b/k?acl')).toThrow('PUT object with ?acl of service s3 is not implemented')
    expect(() => route('DELETE', '/b?lifecycle')).toThrow('lifecycle')
    expect(() => route('DELETE', '/b/k?versionId=7')).toThrow('versionId')
    expect(() => route('PUT', '/b?versioning')).toThrow('versioning')
    expect(() => route('PATCH', '/b/k')).toThrow('PATCH object')
  })
})

test('the end of a prefix comes after all of its keys and before all others', () => {
  expect(keyAfterPrefix('a/')).toBe('a0')
  expect(keyAfterPrefix('\u{10ffff}')).toBeInstanceOf(Uint8Array)
  expect(keyAfterPrefix('a\u{10ffff}')).toBe('b')
  expect(keyAfterPrefix('\ud7ff')).toBe('\ue000')
})
