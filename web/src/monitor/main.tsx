import { mount } from '@/shared/mount';
import { Monitor } from './Monitor';

void mount(Monitor);
