export declare const findNginx: () => string | undefined;
export declare const mimeTypesOf: (nginx: string) => string;
export declare function installNginx(): void;
