import { imageStoreContract, mediaStoreContract } from '../../../fakes/media-store-contract.ts';
import { memoryImageStore, memoryMediaStore } from '../../../fakes/media-stores.ts';

mediaStoreContract(memoryMediaStore);
imageStoreContract(memoryImageStore);
