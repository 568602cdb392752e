// One question at a time, with a reason where `label` asks for one; null is "leave it".

export interface Question {
  title: string;
  lines: string[];
  label?: string;
  accept: string;
  leave: string;
}

class Asking {
  question = $state<Question | null>(null);
  private answer: ((reason: string | null) => void) | null = null;

  put(question: Question): Promise<string | null> {
    this.settle(null);
    this.question = question;
    return new Promise((resolve) => { this.answer = resolve; });
  }

  settle(reason: string | null): void {
    const { answer } = this;
    this.question = null;
    this.answer = null;
    answer?.(reason);
  }
}

export const asking = new Asking();
export const ask = (question: Question): Promise<string | null> => asking.put(question);
