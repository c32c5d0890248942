import { useEffect, useState } from 'react';
import { type DefaultValues, type FieldValues, type Path, type UseFormReturn, useForm } from 'react-hook-form';
import { ApiError } from '@/api/client';

export interface ApiForm<T extends FieldValues> {
  form: UseFormReturn<T>;
  /** What the station said that belongs to no field. */
  fault: string;
  busy: boolean;
  submit: (event?: React.BaseSyntheticEvent) => Promise<void>;
  error: (field: Path<T>) => string | undefined;
}

/** What stands in another way than at the start; of a group of boxes, one alone is as a list of one. */
function changedSince<T extends FieldValues>(start: DefaultValues<T>, values: T): Partial<T> {
  const words = (value: unknown) => JSON.stringify([value].flat());
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => words(value) !== words(start[name]))) as Partial<T>;
}

/**
 * A form whose errors come from the station: each beside its field, the rest above the buttons. Typed input stays.
 * `changed` is what of `values` the person changed: who changes what is there sends no more than that, because the rest
 * may be another's change by now.
 */
export function useApiForm<T extends FieldValues>(defaults: DefaultValues<T>, send: (values: T, changed: Partial<T>) => Promise<void>): ApiForm<T> {
  const [start] = useState(defaults);
  const form = useForm<T>({ defaultValues: start });
  const [fault, setFault] = useState('');
  // What was wrong before the page was hidden behind a login is not wrong any more.
  useEffect(() => () => setFault(''), []);
  const errors = form.formState.errors;
  const submit = form.handleSubmit(async (values) => {
    setFault('');
    try {
      await send(values as unknown as T, changedSince(start, values as unknown as T));
    } catch (error) {
      if (!(error instanceof ApiError)) {
        setFault(String(error));
        return;
      }
      const known = Object.keys(form.getValues());
      const mine = error.fields.filter((one) => known.includes(one.field));
      mine.forEach((one, index) => form.setError(one.field as Path<T>, { type: 'server', message: one.message || error.message }, { shouldFocus: index === 0 }));
      const rest = error.fields.filter((one) => !known.includes(one.field)).map((one) => one.message);
      if (!mine.length || rest.length) setFault(rest.join(' ') || error.message);
    }
  });
  return { form, fault, busy: form.formState.isSubmitting, submit, error: (field) => errors[field]?.message as string | undefined };
}

/** The chosen of a group of boxes as numbers; a group of one box gives its value alone, or nothing. */
export const numbers = (chosen: string | string[] | false | null | undefined): number[] => [chosen || []].flat().map(Number);
