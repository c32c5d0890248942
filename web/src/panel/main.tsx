import { mount } from '@/shared/mount';
import { Panel } from './Panel';

void mount(Panel);
