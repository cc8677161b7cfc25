export { send } from 'pushgate:flavor/http@0.1.2';
