/** The headers of a request, by lower-case name; Node's `IncomingHttpHeaders` are such. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** All values of one header in one line; empty if it did not come. */
export function headerText(headers: HttpHeaders, name: string): string {
  return [headers[name] ?? []].flat().join(', ');
}
