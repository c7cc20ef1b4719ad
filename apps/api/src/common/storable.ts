/** As the database can keep it, as text and inside jsonb: without U+0000 and halves of surrogate pairs. Its length stays. */
export const storable = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed();
