/**
 * A guess at how many tokens a text is, for providers that say nothing and for fitting a context; no tokenizer is asked, so
 * that it holds for every model. Four ASCII characters to a token (OpenAI's own rule of thumb,
 * https://help.openai.com/en/articles/4936856), two characters for other alphabets, one each for Chinese, Japanese, Korean and
 * emoji. On English prose it is within about 15 %, on code it guesses low by up to a third.
 */
export const estimateTokens = (text: string): number => {
  let ascii = 0;
  let alphabets = 0;
  let wide = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) ascii += 1;
    else if (unit < 0x2e80) alphabets += 1;
    // The second half of a surrogate pair belongs to the character that was counted.
    else if (unit < 0xdc00 || unit > 0xdfff) wide += 1;
  }
  return Math.ceil(ascii / 4 + alphabets / 2 + wide);
};
