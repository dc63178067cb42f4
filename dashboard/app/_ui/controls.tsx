'use client';

import type { ButtonHTMLAttributes, InputHTMLAttributes, ReactNode, SelectHTMLAttributes } from 'react';
import { useId } from 'react';
import { GatewayError } from '../_live/rest';
import { useText } from '../_text/text';

/** The few controls that all pages are made of: one height, one edge, at least 44 px to touch where they stand alone. */
const control = 'h-11 min-w-0 rounded-lg border border-control bg-surface px-3 text-sm text-text disabled:opacity-50';

type ButtonLook = 'primary' | 'plain' | 'chosen' | 'danger';

const buttonLooks: Readonly<Record<ButtonLook, string>> = {
  primary: 'border-transparent bg-accent text-on-accent hover:opacity-90',
  plain: 'border-control bg-surface text-text hover:bg-sunken',
  chosen: 'border-accent bg-accent-soft text-accent',
  danger: 'border-bad bg-surface text-bad hover:bg-bad-soft',
};

export function Button({ look = 'plain', className = '', ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { readonly look?: ButtonLook }) {
  return <button type="button" {...rest} className={`inline-flex h-11 items-center justify-center gap-2 rounded-lg border px-4 text-sm font-medium disabled:opacity-50 ${buttonLooks[look]} ${className}`} />;
}

export interface SelectProps extends Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange'> {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly onChange: (value: string) => void;
}

export function Select({ label, options, onChange, className = '', ...rest }: SelectProps) {
  const id = useId();
  return (
    <div className={`grid min-w-0 gap-1 ${className}`}>
      <label htmlFor={id} className="text-xs font-medium text-muted">
        {label}
      </label>
      <select id={id} {...rest} onChange={(event) => onChange(event.target.value)} className={`${control} w-full`}>
        {options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

export interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  readonly onChange?: (value: string) => void;
}

export function Field({ label, hint, problem, onChange, className = '', ...rest }: FieldProps) {
  const id = useId();
  const about = hint || problem ? `${id}-about` : undefined;
  return (
    <div className={`grid min-w-0 gap-1 ${className}`}>
      <label htmlFor={id} className="text-xs font-medium text-muted">
        {label}
      </label>
      <input id={id} {...rest} aria-describedby={about} aria-invalid={problem ? true : undefined} onChange={(event) => onChange?.(event.target.value)} className={`${control} w-full ${problem ? 'border-bad' : ''}`} />
      {about && (
        <p id={about} className={`text-xs ${problem ? 'font-medium text-bad' : 'text-muted'}`}>
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}

export function PageTitle({ children, aside }: { readonly children: ReactNode; readonly aside?: ReactNode }) {
  return (
    <div className="mb-5 flex min-h-11 flex-wrap items-center gap-x-4 gap-y-2">
      <h1 className="mr-auto text-xl font-semibold tracking-tight sm:text-2xl">{children}</h1>
      {aside}
    </div>
  );
}

export function Card({ title, children, aside, className = '' }: { readonly title?: string; readonly children: ReactNode; readonly aside?: ReactNode; readonly className?: string }) {
  return (
    <section aria-label={title} className={`min-w-0 rounded-xl border border-edge bg-surface p-4 shadow-card ${className}`}>
      {(title || aside) && (
        <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
          {title && <h2 className="mr-auto text-base font-semibold">{title}</h2>}
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

/** What went wrong, in words, and what still works. */
export function Problem({ error, still, retry, retryText }: { readonly error: Error; readonly still?: string; readonly retry?: () => void; readonly retryText?: string }) {
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-bad bg-bad-soft px-4 py-3 text-sm">
      <div className="min-w-0 flex-1">
        <p className="font-medium text-bad">
          <ProblemWords code={error instanceof GatewayError ? error.code : ''} message={error.message} />
        </p>
        {still && <p>{still}</p>}
      </div>
      {retry && <Button onClick={retry}>{retryText}</Button>}
    </div>
  );
}

/** The reader's own words for the code first; the gateway's, which are English and say more, behind them. */
export function ProblemWords({ code, message }: { readonly code: string; readonly message: string }) {
  const { problem, language } = useText();
  const own = problem(code);
  return (
    <>
      {own}
      <span lang={language === 'en' ? undefined : 'en'} className={own === null ? '' : 'block text-xs font-normal'}>
        {message}
      </span>
    </>
  );
}
