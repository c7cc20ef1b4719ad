'use client';

import { ArrowUp, Clock, Square } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useEffect, useRef } from 'react';
import { usePreferences } from '@/components/preferences';
import { IconButton } from '@/components/ui/icon-button';
import { Spinner } from '@/components/ui/spinner';
import { onCompose } from '@/lib/compose';
import { editLast } from '@/lib/editing';
import { useConnection } from '@/lib/live';
import { ModelButton } from './model-button';
import { useChoice } from './use-choice';
import { useDraft } from './use-draft';
import { useSend } from './use-send';
import { useStop } from './use-stop';

/** `conversationId` is null on the page of a new conversation. */
export function Composer({ conversationId }: { conversationId: string | null }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useDraft(conversationId, area);
  const { modelId, choose } = useChoice(conversationId);
  const send = useSend(conversationId);
  const { stop, isStopping } = useStop(conversationId);
  const { status } = useConnection();
  const { preferences } = usePreferences();
  const canSend = text.trim() !== '';
  const isCut = status === 'offline' || status === 'reconnecting';

  function submit(what = text): void {
    // Taken away only when it is safe elsewhere: in the outbox, which survives a reload.
    if (what.trim() !== '') setText(send(what, modelId) ? '' : what);
  }
  const latest = useRef(submit);
  useEffect(() => {
    latest.current = submit;
  });

  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) area.current?.focus();
  }, []);

  useEffect(
    () =>
      onCompose((request) => {
        area.current?.focus();
        if (request.text === undefined) return;
        const typed = area.current?.value ?? '';
        const joined = typed.trim() === '' ? request.text : `${typed.trimEnd()}\n\n${request.text}`;
        setText(joined);
        if (request.send) latest.current(joined);
      }),
    [setText],
  );

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    submit();
  }

  function onKeyDown(event: KeyboardEvent): void {
    // Enter that ends the choice of a character is not the end of a message.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'ArrowUp' && text === '') {
      event.preventDefault();
      editLast();
    }
    if (event.key !== 'Enter' || event.shiftKey || event.altKey) return;
    const hasModifier = event.metaKey || event.ctrlKey;
    if (preferences.sendKey === 'modifier-enter' && !hasModifier) return;
    event.preventDefault();
    submit();
  }

  const hint =
    preferences.sendKey === 'enter' ? 'Enter sends, Shift+Enter breaks the line' : 'Ctrl+Enter or ⌘Enter sends';
  return (
    <form
      aria-label="Message"
      onSubmit={onSubmit}
      className="mx-auto w-full max-w-(--measure) shrink-0 px-2.5 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:px-4"
    >
      <div className="rounded-xl border border-border-strong/60 bg-raised transition-[border-color] focus-within:border-accent">
        <textarea
          ref={area}
          aria-label="Message"
          aria-description={hint}
          rows={1}
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          placeholder="Ask anything"
          enterKeyHint={preferences.sendKey === 'enter' ? 'send' : 'enter'}
          className="block max-h-[40dvh] min-h-12 w-full resize-none bg-transparent px-4 pt-3 pb-1 text-base field-sizing-content outline-none"
        />
        <div className="flex items-center gap-1.5 p-1.5 pl-2">
          <ModelButton modelId={modelId} onChoose={choose} />
          <span className="flex-1" />
          {isCut && text !== '' ? (
            <span className="flex items-center gap-1.5 text-xs text-muted-foreground">
              <Clock aria-hidden className="size-3.5" /> Will wait for the connection
            </span>
          ) : null}
          {stop && text.trim() === '' ? (
            <IconButton
              label={isStopping ? 'Stopping' : 'Stop the answer'}
              keys="Esc"
              side="top"
              variant="primary"
              disabled={isStopping}
              onClick={stop}
              className="size-9 rounded-full"
            >
              {isStopping ? <Spinner /> : <Square className="size-3.5! fill-current" />}
            </IconButton>
          ) : (
            <IconButton
              label="Send"
              side="top"
              type="submit"
              variant="primary"
              disabled={!canSend}
              className="size-9 rounded-full"
            >
              <ArrowUp className="size-5!" />
            </IconButton>
          )}
        </div>
      </div>
    </form>
  );
}
