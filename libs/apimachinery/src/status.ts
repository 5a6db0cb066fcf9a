export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  /** The resource's kind or plural name, whichever the error was made from; upstream uses both. */
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** What the server answers in place of an object; `metav1.Status`. */
export interface Status {
  apiVersion?: 'v1' | (string & {});
  kind?: 'Status' | (string & {});
  metadata?: { resourceVersion?: string; continue?: string };
  status?: 'Success' | 'Failure' | (string & {});
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}
