/** Stands in for rehype-raw, which would read HTML in an answer as a part of the page. HTML is shown as text here (raw-as-text). */
function noRaw(): never {
  throw new Error('HTML in an answer is never parsed');
}

// biome-ignore lint/style/noDefaultExport: it has the shape of the package that it stands for
export { noRaw as default };
