import { stationLanguage } from '@/api/client';
import { mount } from '@/shared/mount';
import { Panel } from './Panel';

void stationLanguage().then((language) => mount(Panel, language));
