interface ChoiceProps<T extends string | number> {
  readonly label: string;
  /** What is chosen from; a value whose text is not given is its own. */
  readonly options: readonly (T | readonly [value: T, text: string])[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
  /** Fuller name than the label, where the label is a word of a sentence. */
  readonly name?: string;
  readonly help?: string;
  readonly disabled?: boolean;
}

/** One of several values, in a labelled select. */
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
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
