/** The sign of Chatbox: a bubble whose text goes on. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="3 3 18 18" fill="none" aria-hidden="true" className={className}>
      <path
        d="M4 8.5A4.5 4.5 0 0 1 8.5 4h7A4.5 4.5 0 0 1 20 8.5v4a4.5 4.5 0 0 1-4.5 4.5H11l-4.1 3.2c-.5.4-1.2 0-1.2-.6V16.3A4.5 4.5 0 0 1 4 12.5z"
        fill="var(--accent)"
      />
      <path d="M8.25 9.25h7.5M8.25 12.25h4" stroke="var(--on-accent)" strokeWidth="1.6" strokeLinecap="round" />
    </svg>
  );
}
