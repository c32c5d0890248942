import { mount } from '@/shared/mount';
import { Console } from './Console';

void mount(Console);
