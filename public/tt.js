// The Trusted Types policy under which the whole page runs (`trusted-types default` in the CSP).
//
// Leptos sets static parts of a view through `innerHTML` on a template: plain tags with plain attributes.
// Those pass. Anything else, above all `style=`, `on…=`, `src=` and `javascript:`, is refused, and so is
// every address of a script. It guards against a slip, it is not a sanitizer: nothing that came from a
// server may become markup in the first place.
if (globalThis.trustedTypes) {
  const TAGS = 'a|abbr|article|aside|b|br|button|caption|code|col|colgroup|dd|details|div|dl|dt|em|fieldset|figcaption|' +
    'figure|footer|h[1-6]|header|hr|i|input|kbd|label|legend|li|main|nav|ol|optgroup|option|output|p|pre|progress|s|' +
    'section|select|small|span|strong|sub|summary|sup|table|tbody|td|textarea|tfoot|th|thead|time|tr|ul|var|' +
    'svg|g|path|rect|circle|line|polyline|polygon|text|title|desc|defs|pattern|use|symbol';
  const ATTRIBUTES = 'class|id|role|title|for|type|href|name|value|placeholder|tabindex|lang|dir|hidden|open|checked|' +
    'disabled|readonly|required|selected|multiple|autofocus|autocomplete|spellcheck|inputmode|maxlength|min|max|step|rows|cols|' +
    'colspan|rowspan|scope|span|start|rel|target|download|datetime|d|x|y|x1|y1|x2|y2|cx|cy|r|rx|ry|width|height|points|fill|' +
    'stroke|transform|opacity|viewBox|xmlns|focusable|patternUnits|preserveAspectRatio|(?:aria|data|stroke|fill|text|font)-[a-z-]+';
  const PLAIN = new RegExp(`^(?:</(?:${TAGS})>|<(?:${TAGS})(?: (?:${ATTRIBUTES})(?:="[^"<>]*")?)* ?/?>|<!--[^<>-]*-->|<!>|[^<>])*$`);
  const SCHEME = /(?:java|vb)script\s*:|&#|&colon|&tab|&newline/i;
  trustedTypes.createPolicy('default', {
    createHTML: text => (PLAIN.test(text) && !SCHEME.test(text) ? text : null),
  });
}
