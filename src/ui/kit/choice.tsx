import { visible } from '../../util/foreign-text';

interface ChoiceProps<T extends string | number> {
  readonly label: string;
  /** Values, each optionally with a text; the value itself is the default text. */
  readonly options: readonly (T | readonly [value: T, text: string])[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
  /** Accessible name, when the label is only a word of a sentence. */
  readonly name?: string;
  readonly help?: string;
  readonly disabled?: boolean;
}

/** A labelled select. */
export function Choice<T extends string | number>(props: ChoiceProps<T>) {
  const options = props.options.map((o) => (typeof o === 'object' ? o : ([o, String(o)] as const)));
  return (
    <label title={props.help}>
      {`${props.label} `}
      <select
        value={props.value}
        disabled={props.disabled}
        aria-label={props.name}
        onChange={(e) => props.onChoose(options[e.currentTarget.selectedIndex]![0])}
      >
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {visible(text)}
          </option>
        ))}
      </select>
    </label>
  );
}
