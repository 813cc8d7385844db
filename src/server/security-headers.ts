/** What every answer says to browsers, whoever made them ask. */
export function securityHeaders(tls: boolean): Readonly<Record<string, string>> {
  return {
    // Nothing here is what it does not say it is,
    'x-content-type-options': 'nosniff',
    // nor to be shown within another page,
    'content-security-policy': "frame-ancestors 'none'",
    // nor to be an image or a script of one. Origins that CORS lists are not held up by it.
    'cross-origin-resource-policy': 'same-origin',
    // Operations may stand in the address.
    'referrer-policy': 'no-referrer',
    ...(tls && { 'strict-transport-security': 'max-age=31536000' }),
  }
}
