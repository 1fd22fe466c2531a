import { Badge, type BadgeProps } from '@shopify/polaris'
import { STEP_WORDS, type Step } from '../catalog/in-step.ts'

const TONES: Record<Step, NonNullable<BadgeProps['tone']> | undefined> = {
  in_step: 'success',
  behind: 'info',
  differs: 'critical',
  unseen: 'info',
  undecided: 'attention',
  off_sale: undefined,
  dead: 'critical',
  not_live: undefined,
}

export const stepTone = (step: Step): BadgeProps['tone'] => TONES[step]

/** How a listing stands, in words and in colour. */
export const StepBadge = ({ step }: { step: Step }) => <Badge tone={TONES[step]}>{STEP_WORDS[step]}</Badge>
