export { manifestDigest, repositoryExists, tags } from 'pushgate:flavor/registry@0.1.2';
