import { type FormEvent, type ReactNode, useId, useState } from "react";
import { toast } from "sonner";
import { errorText } from "@/lib/errors";
import { Button } from "@/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/ui/dialog";
import { Field, fieldErrorId, Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { type FormProblems, misreadings, problemsOf } from "./form-problems";

/** One field; `name` is the path by which the exchange names it when it refuses a value. */
export interface FormField<Name extends string> {
  readonly name: Name;
  readonly label: string;
  readonly hint?: string;
  readonly initial?: string;
  /** What may be typed: any text, a decimal, or a whole number; checked before anything is sent. */
  readonly kind?: "text" | "decimal" | "integer";
  /** Whether a number may be left out. */
  readonly isOptional?: boolean;
  /** A list to choose from instead of an input. */
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

interface FormDialogProps<Name extends string> {
  readonly trigger: ReactNode;
  readonly title: string;
  readonly description?: ReactNode;
  readonly fields: readonly FormField<Name>[];
  readonly submitLabel: string;
  /** Does it and returns what was done, in words. */
  readonly onSubmit: (values: Readonly<Record<Name, string>>) => Promise<string>;
}

/** A form that opens over the page; what the exchange refuses is said at the field. */
export function FormDialog<Name extends string>({ trigger, ...form }: FormDialogProps<Name>) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Dialog open={isOpen} onOpenChange={setOpen}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent title={form.title} description={form.description} className="w-[min(26rem,calc(100vw-1.5rem))]">
        <Form {...form} onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

type FormProps<Name extends string> = Omit<FormDialogProps<Name>, "trigger"> & { readonly onDone: () => void };

function Form<Name extends string>({ fields, submitLabel, onSubmit, onDone }: FormProps<Name>) {
  const id = useId();
  const [values, setValues] = useState(() => initialValues(fields));
  const [problems, setProblems] = useState<FormProblems>({ fields: {} });
  const [isSending, setSending] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wrong = misreadings(fields, values);
    if (Object.keys(wrong).length > 0) {
      return setProblems({ fields: wrong });
    }
    setSending(true);
    setProblems({ fields: {} });
    try {
      toast.success(await onSubmit(values));
      onDone();
    } catch (error) {
      setProblems(
        problemsOf(
          error,
          fields.map(({ name }) => name),
          errorText,
        ),
      );
      setSending(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)} className="grid gap-3" noValidate>
      <div className={fields.length > 4 ? "grid gap-3 sm:grid-cols-2" : "grid gap-3"}>
        {fields.map((field) => (
          <FormInput
            key={field.name}
            id={`${id}-${field.name}`}
            field={field}
            value={values[field.name]}
            error={problems.fields[field.name]}
            onChange={(text) => setValues((all) => ({ ...all, [field.name]: text }))}
          />
        ))}
      </div>
      {problems.form && (
        <p role="alert" className="text-sell text-xs">
          {problems.form}
        </p>
      )}
      <div className="mt-1 flex justify-end">
        <Button type="submit" size="sm" variant="primary" disabled={isSending}>
          {isSending ? "Sending…" : submitLabel}
        </Button>
      </div>
    </form>
  );
}

interface FormInputProps {
  readonly id: string;
  readonly field: FormField<string>;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
}

function FormInput({ id, field, value, error, onChange }: FormInputProps) {
  return (
    <Field id={id} label={field.label} hint={field.hint} error={error}>
      {field.options ? (
        <Select label={field.label} value={value} options={field.options} onChange={onChange} className="w-full" />
      ) : (
        <Input
          id={id}
          value={value}
          inputMode={field.kind === "decimal" ? "decimal" : field.kind === "integer" ? "numeric" : "text"}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={error !== undefined}
          aria-describedby={fieldErrorId(id)}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

function initialValues<Name extends string>(fields: readonly FormField<Name>[]): Record<Name, string> {
  return Object.fromEntries(fields.map(({ name, initial = "" }) => [name, initial])) as Record<Name, string>;
}
