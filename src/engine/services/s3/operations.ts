import { getBucketLocation, getBucketVersioning } from './bucket/bucket-details.ts'
import { deleteBucketPolicy, getBucketPolicy, putBucketPolicy } from './bucket/bucket-policy-operations.ts'
import { deleteBucketTagging, getBucketTagging, putBucketTagging } from './bucket/bucket-tagging.ts'
import { createBucket } from './bucket/create-bucket.ts'
import { deleteBucket } from './bucket/delete-bucket.ts'
import { headBucket } from './bucket/head-bucket.ts'
import { listBuckets } from './bucket/list-buckets.ts'
import { abortMultipartUpload } from './multipart/abort-multipart-upload.ts'
import { completeMultipartUpload } from './multipart/complete-multipart-upload.ts'
import { createMultipartUpload } from './multipart/create-multipart-upload.ts'
import { listMultipartUploads } from './multipart/list-multipart-uploads.ts'
import { listParts } from './multipart/list-parts.ts'
import { uploadPartCopy } from './multipart/upload-part-copy.ts'
import { uploadPart } from './multipart/upload-part.ts'
import { copyObject } from './object/copy-object.ts'
import { deleteObject } from './object/delete-object.ts'
import { deleteObjects } from './object/delete-objects.ts'
import { getObject, headObject } from './object/get-object.ts'
import { listObjects, listObjectsV2 } from './object/list-objects.ts'
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object/object-tagging.ts'
import { putObject } from './object/put-object.ts'
import type { S3Operation } from './s3-operation.ts'

/** The operations of S3 that the engine has; `route.ts` maps requests to them. */
export const S3_OPERATIONS = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateBucket: createBucket,
  CreateMultipartUpload: createMultipartUpload,
  DeleteBucket: deleteBucket,
  DeleteBucketPolicy: deleteBucketPolicy,
  DeleteBucketTagging: deleteBucketTagging,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  DeleteObjectTagging: deleteObjectTagging,
  GetBucketLocation: getBucketLocation,
  GetBucketPolicy: getBucketPolicy,
  GetBucketTagging: getBucketTagging,
  GetBucketVersioning: getBucketVersioning,
  GetObject: getObject,
  GetObjectTagging: getObjectTagging,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListBuckets: listBuckets,
  ListMultipartUploads: listMultipartUploads,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListParts: listParts,
  PutBucketPolicy: putBucketPolicy,
  PutBucketTagging: putBucketTagging,
  PutObject: putObject,
  PutObjectTagging: putObjectTagging,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
} satisfies Readonly<Record<string, S3Operation>>

export type S3OperationName = keyof typeof S3_OPERATIONS
