import type { Clock } from '@keelson/apimachinery';
import { subjectaccessreviews, type SubjectAccessReviewSpec } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { RequestUser } from './request-user';
import { ReviewCache } from './review-cache';
import { beforeDeadline } from './review-deadline';

export interface AccessReviewerOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly authorizedMilliseconds: number;
  readonly unauthorizedMilliseconds: number;
}

export interface AccessReview {
  readonly allowed: boolean;
  /** Why, if the apiserver says so; else empty. */
  readonly reason: string;
}

/** What someone wants to do: to a resource, or at a path. */
export type AccessAttributes = Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>;

/** Asks the apiserver whether a user may do something, by SubjectAccessReview; answers are kept for a while. */
export class AccessReviewer {
  readonly #options: AccessReviewerOptions;
  readonly #reviews: ReviewCache<AccessReview>;

  constructor(options: AccessReviewerOptions) {
    this.#options = options;
    this.#reviews = new ReviewCache(options.clock);
  }

  /** @throws StatusError, TransportError if it can't be known */
  review(user: RequestUser, attributes: AccessAttributes): Promise<AccessReview> {
    const { authorizedMilliseconds, unauthorizedMilliseconds } = this.#options;
    return this.#reviews.get(JSON.stringify([user, attributes]), async () => {
      const value = await this.#ask(user, attributes);
      return { value, milliseconds: value.allowed ? authorizedMilliseconds : unauthorizedMilliseconds };
    });
  }

  async #ask({ name, uid, groups, extra }: RequestUser, attributes: AccessAttributes): Promise<AccessReview> {
    const spec = {
      user: name,
      groups: [...groups],
      ...(uid === undefined ? {} : { uid }),
      ...(extra === undefined ? {} : { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }),
      ...attributes,
    };
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec };
    const { client, clock } = this.#options;
    const { status } = await beforeDeadline(clock, (signal) => client.resource(subjectaccessreviews).create(review, { signal }));
    return { allowed: status?.allowed === true, reason: status?.reason ?? '' };
  }
}
